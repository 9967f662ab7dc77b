/**
 * The shapes the page works with, read off the generated operations rather than off schema names,
 * so that a renamed schema in the API's document changes nothing here.
 */
import type { paths } from './schema';

type Json<Responses, Status extends keyof Responses> = Responses[Status] extends {
  content: { 'application/json': infer Body };
}
  ? Body
  : never;

type Sent<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Body } } }
  ? Body
  : never;

export type ProductPage = Json<paths['/api/products']['get']['responses'], 200>;
export type ProductSummary = ProductPage['items'][number];
export type CategoryCount = ProductPage['categories'][number];
export type Product = Json<paths['/api/products/id/{id}']['get']['responses'], 200>;
export type Variant = Product['variants'][number];
export type Money = Variant['price'];
export type LocalizedText = Product['name'];
export type Picture = Product['images'][number];
export type ProductQuery = NonNullable<paths['/api/products']['get']['parameters']['query']>;

export type Session = Json<paths['/api/auth/login']['post']['responses'], 200>;
export type User = Session['user'];
export type Registration = Sent<paths['/api/auth/register']['post']>;
export type Credentials = Sent<paths['/api/auth/login']['post']>;

export type NewOrder = Sent<paths['/api/orders']['post']>;
export type Address = NewOrder['shippingAddress'];
export type Order = Json<paths['/api/orders/{id}']['get']['responses'], 200>;
export type OrderLine = Order['lines'][number];
export type OrderStatus = Order['status'];
export type OrderList = Json<paths['/api/orders/mine']['get']['responses'], 200>;

export type NewPayment = Sent<paths['/api/payments']['post']>;
export type Card = NewPayment['card'];
export type Payment = Json<paths['/api/payments']['post']['responses'], 201>;
