// Runs the audits of graphql-http against a server and prints what came of each, as JSON lines.
//
// Usage: node audits.mjs http://localhost:8000/graphql
import { serverAudits } from "graphql-http";

const url = process.argv[2];
for (const audit of serverAudits({ url })) {
  const { id, name, status, reason } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
