/** The one place that says which version this is; a test holds it against package.json. */
export const version = '0.1.0';
