import { AjvJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/ajv";

/** Why a schema is none that a model server would take: a wrong type, a reference that leads nowhere. Undefined = it compiles. */
export function compileTrouble(schema: Readonly<Record<string, unknown>>): string | undefined {
  try {
    // A compiler for each: two schemas of one id would be an error of the second.
    new AjvJsonSchemaValidator().getValidator(schema);
    return undefined;
  } catch (error) {
    // Whatever a stranger's schema does to the compiler, it is that schema's fault.
    return error instanceof Error ? error.message : String(error);
  }
}
