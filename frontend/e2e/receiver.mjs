// Stands in for a collector: takes spans as OTLP over HTTP, and shows those of a trace at /spans/<trace id>.
import { createServer } from 'node:http';
import protobuf from 'protobufjs';

const one = (type, id) => ({ type, id });
const many = (type, id) => ({ rule: 'repeated', type, id });
// The part of https://github.com/open-telemetry/opentelemetry-proto that a tree of spans is drawn from.
const Request = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { resourceSpans: many('ResourceSpans', 1) } },
    ResourceSpans: { fields: { scopeSpans: many('ScopeSpans', 2) } },
    ScopeSpans: { fields: { spans: many('Span', 2) } },
    Span: { fields: { traceId: one('bytes', 1), spanId: one('bytes', 2), parentSpanId: one('bytes', 4), name: one('string', 5) } },
  },
}).lookupType('Request');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const spans = [];

function take(body) {
  for (const { scopeSpans } of Request.decode(body).resourceSpans) {
    for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
      spans.push({ trace: hex(span.traceId), id: hex(span.spanId), parent: hex(span.parentSpanId), name: span.name });
    }
  }
}

const server = createServer(async (request, response) => {
  if (request.method === 'POST') {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    take(Buffer.concat(pieces));
    response.end();
  } else {
    const trace = request.url.split('/').at(-1);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(spans.filter((span) => span.trace === trace)));
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
