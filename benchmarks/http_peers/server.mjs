// Serves /graphql on a free port of the loopback address and prints its address.
// Usage: node server.mjs mercurius-jit | mercurius | yoga

import { createServer } from "node:http";
import Fastify from "fastify";
import { createSchema, createYoga } from "graphql-yoga";
import mercurius from "mercurius";
import { resolvers, typeDefs } from "./schema.mjs";

async function serveMercurius(jit) {
  const app = Fastify();
  app.register(mercurius, { schema: typeDefs, resolvers, jit });
  return app.listen({ host: "127.0.0.1", port: 0 });
}

async function serveYoga() {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
  const server = createServer(yoga);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

const servers = {
  "mercurius-jit": () => serveMercurius(1),
  mercurius: () => serveMercurius(0),
  yoga: serveYoga,
};

console.log(`running on ${await servers[process.argv[2]]()}`);
