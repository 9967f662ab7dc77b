import type { ReactNode } from 'react';
import { Navigate } from 'react-router';
import type { User } from '../api/types';
import { OrderSkeleton } from '../pages/order/OrderStates';
import { withNext } from './destination';
import { useSession } from './use-session';

/** Shows its children to those signed in; the others sign in first and come back to `path`. */
export function SignedIn({ path, children }: { path: string; children: (user: User) => ReactNode }) {
  const session = useSession();
  if (session.status === 'restoring') return <OrderSkeleton />;
  if (session.status === 'anonymous') return <Navigate to={withNext('/sign-in', path)} replace />;
  return children(session.user);
}
