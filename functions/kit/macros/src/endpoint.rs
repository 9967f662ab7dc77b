use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{FnArg, Ident, ItemFn, LitStr, ReturnType, Type};

use crate::docs;

/// `GET "/api/products"`
struct Route {
    method: Ident,
    path: LitStr,
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Parse for Route {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let route = Self { method: input.parse()?, path: input.parse()? };
        if !METHODS.contains(&route.method.to_string().as_str()) {
            return Err(syn::Error::new(route.method.span(), format!("one of {}", METHODS.join(", "))));
        }
        if !route.path.value().starts_with('/') {
            return Err(syn::Error::new(route.path.span(), "a path starts with /"));
        }
        Ok(route)
    }
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let Route { method, path } = syn::parse2(attribute)?;
    let function: ItemFn = syn::parse2(item)?;
    let name = &function.sig.ident;
    let endpoint = format_ident!("__endpoint_{name}");
    let arguments = argument_types(&function)?;
    let ReturnType::Type(_, answer) = &function.sig.output else {
        return Err(syn::Error::new_spanned(&function.sig, "an endpoint answers something"));
    };
    let values: Vec<Ident> = (0..arguments.len()).map(|n| format_ident!("argument_{n}")).collect();
    let (summary, description) = docs::summary_and_description(&docs::text(&function.attrs));
    let answered = if function.sig.asyncness.is_some() {
        quote!(#name(#(#values),*).await)
    } else {
        quote!(#name(#(#values),*))
    };
    let id = camel_case(&name.to_string());
    Ok(quote! {
        #[allow(clippy::needless_pass_by_value, reason = "extractors are passed by value")]
        #function

        #[doc(hidden)]
        #[allow(non_camel_case_types, reason = "named after the function")]
        pub struct #endpoint;

        impl ::kit::Endpoint for #endpoint {
            const PATH: &'static str = #path;

            fn serve(router: ::kit::Router) -> ::kit::Router {
                async fn handle(#(#values: #arguments),*) -> ::kit::Response {
                    ::kit::Answer::into_response(#answered)
                }
                ::kit::serve_at(router, ::kit::Method::#method, Self::PATH, handle)
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn describe(component: &mut ::kit::describe::Component) {
                let mut operation = ::kit::describe::Operation::new(Self::PATH, #id, #summary, #description);
                #(<#arguments as ::kit::describe::Describe>::describe(&mut operation);)*
                <#answer as ::kit::describe::Describe>::describe(&mut operation);
                component.add(::kit::Method::#method, operation);
            }
        }
    })
}

fn argument_types(function: &ItemFn) -> syn::Result<Vec<&Type>> {
    function
        .sig
        .inputs
        .iter()
        .map(|argument| match argument {
            FnArg::Typed(typed) => Ok(&*typed.ty),
            FnArg::Receiver(receiver) => {
                Err(syn::Error::new_spanned(receiver, "an endpoint is a free function"))
            }
        })
        .collect()
}

fn camel_case(snake_case: &str) -> String {
    let mut words = snake_case.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &initial.into_iter().chain(letters).collect::<String>()
    })
}
