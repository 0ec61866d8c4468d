const input = "./openapi.json";
module.exports = {
  client: { input, output: { target: "./orval/client.ts", client: "fetch" } },
  zod: { input, output: { target: "./orval/zod.ts", client: "zod" } },
};
