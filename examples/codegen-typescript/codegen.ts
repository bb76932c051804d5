import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema/schema.graphql",
  documents: "src/*.ts",
  importExtension: ".js",
  generates: {
    "src/__generated__/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        strictScalars: true,
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: {
          // src/client.ts turns the wire's strings into what is promised here.
          BigInt: { input: "bigint | string", output: "bigint" },
          SafeInt: "number",
        },
      },
    },
    // What the client must know of the schema to find the BigInts of an answer.
    "src/__generated__/schema.json": {
      plugins: ["introspection"],
      config: { descriptions: false, minify: true },
    },
  },
};

export default config;
