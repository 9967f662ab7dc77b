import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactElement } from 'react';
import { MemoryRouter, Route, Routes } from 'react-router';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createQueryClient } from '../src/app/query-client';
import { priceLine } from '../src/cart/cart';
import { CartLineRow } from '../src/cart/CartLineRow';
import { changeCart, currentCart } from '../src/cart/use-cart';
import { speak, startTranslations } from '../src/i18n';
import { PaymentForm } from '../src/pages/pay/PaymentForm';
import { json, line, order, product, variant } from './things';

beforeAll(async () => {
  Element.prototype.scrollIntoView = () => undefined;
  await startTranslations();
});

beforeEach(async () => {
  await speak('en');
});

afterEach(() => vi.unstubAllGlobals());

function show(element: ReactElement) {
  return render(
    <QueryClientProvider client={createQueryClient()}>
      <MemoryRouter initialEntries={['/here']}>
        <Routes>
          <Route path="/here" element={element} />
          <Route path="/orders/:id" element={<h1>The order</h1>} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

describe('a cart line of which too few are left', () => {
  it('is put right with one click', async () => {
    changeCart(() => [line(5)]);
    show(<CartLineRow line={priceLine(line(5), product({ variants: [variant({ stock: 3 })] }))} />);
    expect(screen.getByText('Only 3 left.')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Set to 3' }));
    expect(currentCart()[0]?.quantity).toBe(3);
  });

  it('speaks French to the French', async () => {
    await speak('fr');
    show(<CartLineRow line={priceLine(line(5), product({ variants: [variant({ stock: 3 })] }))} />);
    expect(screen.getByRole('button', { name: 'Passer à 3' })).toBeVisible();
    expect(document.documentElement.lang).toBe('fr');
  });
});

describe('the payment form', () => {
  const pick = async (outcome: string) => {
    await userEvent.click(screen.getByText('Test cards'));
    await userEvent.click(screen.getByRole('button', { name: new RegExp(outcome) }));
  };

  it('pays once however often it is pressed', async () => {
    let release: (answer: Response) => void = () => undefined;
    const fetched = vi.fn(() => new Promise<Response>((resolve) => (release = resolve)));
    vi.stubGlobal('fetch', fetched);
    show(<PaymentForm order={order()} />);
    await pick('Succeeds');
    const button = screen.getByRole('button', { name: /Pay €18.00/ });
    await userEvent.dblClick(button);
    await userEvent.click(button);
    expect(screen.getByRole('button', { name: 'Paying…' })).toBeVisible();
    expect(fetched).toHaveBeenCalledTimes(1);
    release(json(201, { id: 'pay1', orderId: 'o1', status: 'succeeded' }));
    expect(await screen.findByText('The order')).toBeVisible();
  });

  it('says what to do after a refusal', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(json(402, { code: 'payment_declined', detail: 'declined' })));
    show(<PaymentForm order={order()} />);
    await pick('Declined');
    await userEvent.click(screen.getByRole('button', { name: /Pay €18.00/ }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Try another card.');
  });

  it('marks what is missing and asks nobody', async () => {
    const fetched = vi.fn();
    vi.stubGlobal('fetch', fetched);
    show(<PaymentForm order={order()} />);
    await userEvent.click(screen.getByRole('button', { name: /Pay €18.00/ }));
    expect(screen.getByLabelText(/Card number/)).toHaveAccessibleDescription('Check the card number.');
    await waitFor(() => expect(screen.getByLabelText(/Card number/)).toHaveFocus());
    expect(fetched).not.toHaveBeenCalled();
  });
});
