import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes, useLocation } from 'react-router';
import { Home } from '../pages/home/Home';
import { NotFound } from '../pages/NotFound';
import { Products } from '../pages/products/Products';
import { ProductPage } from '../pages/product/ProductPage';
import { Loading, Skeleton } from '../ui/Feedback';
import { Crash } from './Crash';
import { Footer } from './Footer';
import { Header } from './Header';
import { NoticeBar } from './NoticeBar';
import { RouteChange } from './RouteChange';
import styles from './app.module.css';

const buying = () => import('../pages/buying');
const customer = () => import('../pages/customer');

const CartPage = lazy(() => buying().then(({ CartPage: page }) => ({ default: page })));
const Checkout = lazy(() => buying().then(({ Checkout: page }) => ({ default: page })));
const Pay = lazy(() => buying().then(({ Pay: page }) => ({ default: page })));
const OrderPage = lazy(() => buying().then(({ OrderPage: page }) => ({ default: page })));
const Orders = lazy(() => customer().then(({ Orders: page }) => ({ default: page })));
const Lookup = lazy(() => customer().then(({ Lookup: page }) => ({ default: page })));
const SignIn = lazy(() => customer().then(({ SignIn: page }) => ({ default: page })));
const SignUp = lazy(() => customer().then(({ SignUp: page }) => ({ default: page })));
const Account = lazy(() => customer().then(({ Account: page }) => ({ default: page })));

function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <Loading label={t('state.loading')}>
      <div className={styles.waiting}>
        <Skeleton shape="short" />
        <Skeleton shape="block" />
        <Skeleton shape="block" />
      </div>
    </Loading>
  );
}

export function App() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <div className={styles.page}>
      <a className={styles.skip} href="#content">
        {t('nav.skip')}
      </a>
      <Header />
      <main id="content" tabIndex={-1} className={styles.main}>
        <Crash path={pathname}>
          <Suspense fallback={<PageSkeleton />}>
            <Routes>
              <Route index element={<Home />} />
              <Route path="/products" element={<Products />} />
              <Route path="/products/:id" element={<ProductPage />} />
              <Route path="/cart" element={<CartPage />} />
              <Route path="/checkout" element={<Checkout />} />
              <Route path="/orders" element={<Orders />} />
              <Route path="/orders/lookup" element={<Lookup />} />
              <Route path="/orders/:id" element={<OrderPage />} />
              <Route path="/orders/:id/pay" element={<Pay />} />
              <Route path="/sign-in" element={<SignIn />} />
              <Route path="/sign-up" element={<SignUp />} />
              <Route path="/account" element={<Account />} />
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </Crash>
      </main>
      <Footer />
      <NoticeBar />
      <RouteChange />
    </div>
  );
}
