/** The pages of a customer: signing in and up, the account, the orders. */
export { Account } from './account/Account';
export { SignIn } from './account/SignIn';
export { SignUp } from './account/SignUp';
export { Lookup } from './orders/Lookup';
export { Orders } from './orders/Orders';
