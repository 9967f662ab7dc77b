// spin.toml, the bridge's configuration, the Makefile and the OpenAPI document held against each other.
import { grantsSomething, isHidden, minus, neededBy, sameSet, tokenVariable } from './words.mjs';

export function configurationAgrees(model) {
  const { spin, grants, subscriptions, schedules, collections, sources } = model;
  const functions = Object.keys(spin.components);
  const problems = [];
  const say = (problem) => problems.push(problem);
  for (const fn of minus(Object.keys(grants), functions)) say(`grants.toml: no component ${fn}`);
  for (const [fn, component] of Object.entries(spin.components)) {
    if (component.domain === undefined) say(`${fn}: no folder functions/*/${fn}`);
    if (component.routes.length === 0) say(`${fn}: no route`);
    const { emit = [], blobs: _, ...access } = grants[fn] ?? {};
    const used = sources[fn] ?? { access: {}, emits: [], variables: [] };
    if (!(fn in grants) && component.hosts.some((host) => host.includes('bridge_url'))) say(`grants.toml: nothing said of ${fn}`);
    for (const collection of new Set([...Object.keys(access), ...Object.keys(used.access)])) {
      const [granted, needed] = [access[collection] ?? [], used.access[collection] ?? []];
      for (const verb of minus(needed, granted)) say(`grants.toml: ${fn} does ${verb} ${collection} and may not`);
      for (const verb of minus(granted, needed)) say(`grants.toml: ${fn} may ${verb} ${collection} and does not`);
      if (!(collection in collections)) say(`collections.toml: no ${collection}, which ${fn} is granted`);
    }
    for (const name of minus(used.variables, Object.keys(component.variables))) say(`spin.toml: ${fn} reads ${name} and is not given it`);
    for (const name of minus(Object.keys(component.variables), used.variables)) say(`spin.toml: ${fn} is given ${name} and does not read it`);
    for (const kind of minus(used.emits, emit)) say(`grants.toml: ${fn} emits ${kind} and may not`);
    for (const kind of minus(emit, used.emits)) say(`grants.toml: ${fn} may emit ${kind} and does not`);
    const token = `{{ ${tokenVariable(fn)} }}`;
    const shows = component.variables.bridge_token === token;
    if (grantsSomething(grants[fn]) && !shows) say(`spin.toml: ${fn} has grants and no bridge_token = "${token}"`);
    if (grantsSomething(grants[fn]) && !component.hosts.includes('{{ bridge_url }}')) say(`spin.toml: ${fn} has grants and may not call bridge_url`);
    if (shows && component.variables.bridge_url !== '{{ bridge_url }}') say(`spin.toml: ${fn} has a bridge_token and no bridge_url`);
    for (const variable of minus(neededBy(component), Object.keys(spin.variables))) say(`spin.toml: ${fn} needs ${variable}, which is not declared`);
  }
  const needed = Object.values(spin.components).flatMap(neededBy);
  for (const variable of minus(Object.keys(spin.variables), needed)) say(`spin.toml: nobody needs ${variable}`);
  for (const collection of Object.keys(collections)) {
    if (!Object.values(sources).some(({ access }) => collection in access)) say(`collections.toml: nobody uses ${collection}`);
    if (!Object.values(spin.components).some((component) => component.domain === collections[collection].owner)) say(`collections.toml: ${collection} is owned by no domain`);
  }
  const emitted = [...Object.values(grants).flatMap((grant) => grant.emit ?? []), ...Object.values(schedules).map((schedule) => schedule.emit)];
  const consumed = Object.values(subscriptions).flatMap((subscription) => subscription.events ?? []);
  for (const [name, subscription] of Object.entries(subscriptions)) {
    const fn = subscription.function ?? name;
    if (!(fn in spin.components)) say(`subscriptions.toml: ${name}: no component ${fn}`);
    else if (!spin.components[fn].routes.includes(subscription.path)) say(`subscriptions.toml: ${name}: ${fn} does not serve ${subscription.path}`);
    for (const kind of minus(subscription.events ?? [], emitted)) say(`subscriptions.toml: ${name}: nobody emits ${kind}`);
    if (!(subscription.events?.length > 0)) say(`subscriptions.toml: ${name}: no events`);
    for (const key of ['attempts', 'first_delay', 'longest_delay', 'timeout', 'concurrency']) if (subscription[key] === undefined) say(`subscriptions.toml: ${name}: no ${key}`);
  }
  for (const [fn, { routes }] of Object.entries(spin.components)) {
    for (const route of routes.filter((candidate) => candidate.startsWith('/events/'))) {
      if (!Object.values(subscriptions).some((subscription) => subscription.path === route)) say(`subscriptions.toml: nothing is delivered to ${route} of ${fn}`);
    }
  }
  for (const [name, { emit }] of Object.entries(schedules)) if (!consumed.includes(emit)) say(`schedules.toml: nobody consumes what ${name} emits`);
  return problems;
}

export function makefileBuildsEachComponent(model) {
  const functions = Object.keys(model.spin.components);
  return sameSet(model.makefile, functions) ? [] : [`Makefile: FUNCTIONS is ${model.makefile.join(' ')}; components are ${functions.join(' ')}`];
}

export function openapiDescribesEachPublicRoute(model) {
  const generic = (path) => path.replaceAll(/\{\w+\}|:\w+/g, ':');
  const described = Object.keys(model.openapi).map(generic);
  const served = Object.values(model.spin.components).flatMap((component) => component.routes).filter((route) => !isHidden(route) && !route.endsWith('...')).map(generic);
  return [...minus(described, served).map((path) => `openapi.json: nothing serves ${path}`), ...minus(served, described).map((path) => `openapi.json: nothing said of ${path}`)];
}
