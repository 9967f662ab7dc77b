// Makes the members a replica set and makes its users; run again, it only sets the users' passwords and roles anew.
//
// It signs in with the key file, as members do: before there is a user, that is the only way in over the network.
const { readFileSync } = require("fs");

const member = (n) => `mongodb-${n}.mongodb.mcommerce-data.svc.cluster.local:27017`;
const hosts = (process.env.MONGODB_HOSTS ?? [0, 1, 2].map(member).join(",")).split(",");
const secret = (name) => readFileSync(`${process.env.MONGODB_SECRETS ?? "/secrets"}/${name}`, "utf8").trim();
const key = encodeURIComponent(secret("keyfile").replace(/\s/g, ""));

const NOT_YET_INITIALIZED = 94;
const ALREADY_INITIALIZED = 23;
const USER_NOT_FOUND = 11;

function connected(address) {
  for (let left = 60; ; left--) {
    try {
      const mongo = new Mongo(address);
      // It may have been made without asking anybody yet.
      mongo.getDB("admin").runCommand({ ping: 1 });
      return mongo;
    } catch (error) {
      if (left === 0) throw error;
      print(`waiting: ${error.message}`);
      sleep(2000);
    }
  }
}

function signIn(where, options) {
  return connected(`mongodb://__system:${key}@${where}/?authSource=local&serverSelectionTimeoutMS=5000&${options}`);
}

const first = signIn(hosts[0], "directConnection=true").getDB("admin");
try {
  const there = first.adminCommand({ replSetGetConfig: 1 }).config.members.map(({ host }) => host);
  print(`the replica set is there: ${there.join(", ")}`);
} catch (error) {
  if (error.code !== NOT_YET_INITIALIZED) throw error;
  // Every member has to be up, or the set can't be made.
  for (const host of hosts) signIn(host, "directConnection=true");
  try {
    first.adminCommand({ replSetInitiate: { _id: "rs0", members: hosts.map((host, _id) => ({ _id, host })) } });
    print("the replica set is made");
  } catch (raced) {
    if (raced.code !== ALREADY_INITIALIZED) throw raced;
  }
}

const set = signIn(hosts.join(","), "replicaSet=rs0&readPreference=primary&w=majority");
const users = [
  // For operators: restores, and what else can't wait.
  { db: "admin", user: "admin", password: "admin-password", roles: [{ role: "root", db: "admin" }] },
  // The bridge's.
  { db: "mcommerce", user: "shop", password: "shop-password", roles: [{ role: "readWrite", db: "mcommerce" }] },
  { db: "admin", user: "backup", password: "backup-password", roles: [{ role: "backup", db: "admin" }] },
];
for (const { db, user, password, roles } of users) {
  const pwd = secret(password);
  const database = set.getDB(db);
  try {
    database.runCommand({ updateUser: user, pwd, roles });
  } catch (error) {
    if (error.code !== USER_NOT_FOUND) throw error;
    database.runCommand({ createUser: user, pwd, roles });
  }
  print(`the user ${user} is set`);
}
