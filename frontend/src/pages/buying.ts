/** The pages from the cart to the order, loaded together: who opens one is on the way to the next. */
export { CartPage } from './cart/CartPage';
export { Checkout } from './checkout/Checkout';
export { OrderPage } from './order/OrderPage';
export { Pay } from './pay/Pay';
