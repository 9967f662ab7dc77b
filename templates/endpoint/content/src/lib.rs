{%- assign words = project-name | split: "-" -%}
{%- capture view %}{% for word in words %}{{ word | capitalize }}{% endfor %}View{% endcapture -%}
{%- assign handler = project-name | replace: "-", "_" -%}
//! {{ project-description }}

{% if collection != "" -%}
use kit::{Bridge, Json};
use protocol::{Collection, Filter, Query};
use serde::Serialize;
use serde::de::IgnoredAny;
{%- else -%}
use kit::Json;
use serde::Serialize;
{%- endif %}
use utoipa::ToSchema;
{%- if collection != "" %}
use values::Problem;
{%- endif %}

kit::component!({{ handler }});
{% if collection != "" %}
const {{ collection | upcase }}: Collection<IgnoredAny> = Collection::new("{{ collection }}");
{% endif %}
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct {{ view }} {
{%- if collection != "" %}
    /// The number of documents.
    count: u64,
{%- else %}
    message: String,
{%- endif %}
}

/// {{ project-description }}
#[kit::endpoint(GET "{{ http-path }}")]
{%- if collection != "" %}
pub async fn {{ handler }}(bridge: Bridge) -> Result<Json<{{ view }}>, Problem> {
    let all = Query { total: true, limit: 0, ..{{ collection | upcase }}.query(Filter::All) };
    let found = bridge.query::<IgnoredAny>(all).await?;
    Ok(Json({{ view }} { count: found.total.unwrap_or_default() }))
}
{%- else %}
pub fn {{ handler }}() -> Json<{{ view }}> {
    Json({{ view }} { message: "{{ project-description }}".into() })
}
{%- endif %}
