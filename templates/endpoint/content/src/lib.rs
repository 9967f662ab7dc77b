{%- assign words = project-name | split: "-" -%}
{%- capture view %}{% for word in words %}{{ word | capitalize }}{% endfor %}View{% endcapture -%}
{%- assign handler = project-name | replace: "-", "_" -%}
//! {{ project-description }}

{% if collection != "" -%}
use kit::{Collection, Context, Json, Problem};
use protocol::{Filter, Query};
use serde::Serialize;
use serde::de::IgnoredAny;
{%- else -%}
use kit::Json;
use serde::Serialize;
{%- endif %}
use utoipa::ToSchema;

kit::component!({{ handler }});
{% if collection != "" %}
const {{ collection | upcase }}: Collection<IgnoredAny> = Collection::new("{{ collection }}");
{% endif %}
/// What is answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct {{ view }} {
{%- if collection != "" %}
    /// How many documents there are.
    count: u64,
{%- else %}
    /// What there is to say.
    message: String,
{%- endif %}
}

/// {{ project-description }}
#[utoipa::path(get, path = "{{ http-path }}", tag = "{{ domain }}", responses(
    (status = 200, description = "The answer.", body = {{ view }}),
{%- if collection != "" %}
    (status = 503, description = "It can't be read now.", body = kit::ProblemBody),
{%- endif %}
))]
{%- if collection != "" %}
pub async fn {{ handler }}(context: Context) -> Result<Json<{{ view }}>, Problem> {
    let all = Query { total: true, limit: 0, ..{{ collection | upcase }}.query(Filter::All) };
    let found = context.bridge().await?.query::<IgnoredAny>(all).await?;
    Ok(Json({{ view }} { count: found.total.unwrap_or_default() }))
}
{%- else %}
pub async fn {{ handler }}() -> Json<{{ view }}> {
    Json({{ view }} { message: "{{ project-description }}".into() })
}
{%- endif %}
