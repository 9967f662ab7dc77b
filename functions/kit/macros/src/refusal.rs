use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Token, Variant};

use crate::docs;

/// What `#[refusal(…)]` says of a variant.
enum Spec {
    /// Another enum of refusals, whose cases are taken in.
    Transparent,
    /// A status, and a code unless it is the variant's name.
    Own { status: Ident, code: Option<String> },
}

impl Parse for Spec {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let status: Ident = input.parse()?;
        if status == "transparent" {
            return Ok(Self::Transparent);
        }
        let mut code = None;
        if input.parse::<Option<Token![,]>>()?.is_some() {
            let key: Ident = input.parse()?;
            if key != "code" {
                return Err(syn::Error::new(key.span(), "code = \"…\" is all that may follow"));
            }
            input.parse::<Token![=]>()?;
            code = Some(input.parse::<LitStr>()?.value());
        }
        Ok(Self::Own { status, code })
    }
}

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input, "refusals are an enum"));
    };
    let name = &input.ident;
    let variants = data.variants.iter().map(expand_variant).collect::<syn::Result<Vec<_>>>()?;
    let (arms, cases): (Vec<_>, Vec<_>) = variants.into_iter().unzip();
    // The crate that defines the trait derives it too.
    let values = if std::env::var("CARGO_PKG_NAME").is_ok_and(|name| name == "values") {
        quote!(crate)
    } else {
        quote!(::values)
    };
    Ok(quote! {
        const _: () = {
            #[allow(unused_imports, reason = "a refusal may hold nothing, or others only")]
            use #values::{Particulars as _, Refusal, Refused, Status};

            impl Refusal for #name {
                fn into_refused(self) -> Refused {
                    #[allow(unused_variables, reason = "of a transparent refusal")]
                    let told = |status, code, detail| Refused {
                        status,
                        code,
                        detail,
                        fields: ::std::vec::Vec::new(),
                        retry_after: ::std::option::Option::None,
                    };
                    let detail = ::std::string::ToString::to_string(&self);
                    match self {
                        #(#arms)*
                    }
                }

                #[cfg(not(target_arch = "wasm32"))]
                fn cases() -> ::std::vec::Vec<#values::Case> {
                    use #values::Case;

                    let mut cases = ::std::vec::Vec::new();
                    #(#cases)*
                    cases
                }
            }
        };
    })
}

/// The arm that refuses with this variant, and what adds it to the list of cases.
fn expand_variant(variant: &Variant) -> syn::Result<(TokenStream, TokenStream)> {
    let ident = &variant.ident;
    let payload = payload(variant)?;
    match spec(variant)? {
        Spec::Transparent => {
            let Some(payload) = payload else {
                return Err(syn::Error::new_spanned(variant, "a transparent refusal holds another"));
            };
            Ok((
                quote!(Self::#ident(inner) => Refusal::into_refused(inner),),
                quote!(cases.extend(<#payload as Refusal>::cases());),
            ))
        }
        Spec::Own { status, code } => {
            let code = code.unwrap_or_else(|| snake_case(&ident.to_string()));
            let about = docs::text(&variant.attrs).replace('\n', " ");
            let arm = if payload.is_some() {
                quote!(Self::#ident(particulars) => {
                    let mut refused = told(Status::#status, #code, detail);
                    particulars.add_to(&mut refused);
                    refused
                })
            } else {
                quote!(Self::#ident => told(Status::#status, #code, detail),)
            };
            let case = quote! {
                cases.push(Case { status: Status::#status, code: #code, about: #about });
            };
            Ok((arm, case))
        }
    }
}

fn payload(variant: &Variant) -> syn::Result<Option<&syn::Type>> {
    match &variant.fields {
        Fields::Unit => Ok(None),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok(Some(&fields.unnamed[0].ty)),
        _ => Err(syn::Error::new_spanned(variant, "a refusal holds nothing, or one value")),
    }
}

fn spec(variant: &Variant) -> syn::Result<Spec> {
    let mut specs = variant.attrs.iter().filter(|attribute| attribute.path().is_ident("refusal"));
    match (specs.next(), specs.next()) {
        (Some(attribute), None) => attribute.parse_args(),
        _ => Err(syn::Error::new_spanned(variant, "say once which status: #[refusal(Conflict)]")),
    }
}

fn snake_case(camel_case: &str) -> String {
    let mut name = String::new();
    for (at, letter) in camel_case.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
