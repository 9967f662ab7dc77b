// ArgoCD's health checks, run as ArgoCD runs them: with Lua's base and table libraries and without `string`.
import fengari from 'fengari';

const { lua, lauxlib, lualib, to_luastring: toLua, to_jsstring: toJs } = fengari;

function push(state, value) {
  if (value === null || value === undefined) {
    lua.lua_pushnil(state);
  } else if (typeof value === 'boolean') {
    lua.lua_pushboolean(state, value);
  } else if (typeof value === 'number') {
    (Number.isInteger(value) ? lua.lua_pushinteger : lua.lua_pushnumber)(state, value);
  } else if (typeof value === 'string') {
    lua.lua_pushstring(state, toLua(value));
  } else {
    lua.lua_newtable(state);
    const entries = Array.isArray(value) ? value.map((item, index) => [index + 1, item]) : Object.entries(value);
    for (const [key, item] of entries) {
      push(state, key);
      push(state, item);
      lua.lua_settable(state, -3);
    }
  }
}

function field(state, name) {
  lua.lua_getfield(state, -1, toLua(name));
  const value = lua.lua_isnil(state, -1) ? undefined : toJs(lua.lua_tostring(state, -1));
  lua.lua_pop(state, 1);
  return value;
}

/**
 * What a health check says of an object.
 * @returns {{status: string | undefined, message: string | undefined}}
 */
export function health(script, object) {
  const state = lauxlib.luaL_newstate();
  lauxlib.luaL_requiref(state, toLua('_G'), lualib.luaopen_base, 1);
  lauxlib.luaL_requiref(state, toLua('table'), lualib.luaopen_table, 1);
  push(state, object);
  lua.lua_setglobal(state, toLua('obj'));
  if (lauxlib.luaL_loadstring(state, toLua(script)) !== lua.LUA_OK || lua.lua_pcall(state, 0, 1, 0) !== lua.LUA_OK) {
    throw new Error(toJs(lua.lua_tostring(state, -1)));
  }
  if (!lua.lua_istable(state, -1)) {
    throw new Error('the answer is no table');
  }
  return { status: field(state, 'status'), message: field(state, 'message') };
}
