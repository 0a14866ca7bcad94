type Defined<Fields> = { readonly [Field in keyof Fields]?: Exclude<Fields[Field], undefined> }

/** The fields that have a value: an optional field of the internal model is absent, never undefined. */
export const onlyDefined = <Fields extends object>(fields: Fields): Defined<Fields> =>
  // Nothing but undefined is left out, which is what the type says.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>
