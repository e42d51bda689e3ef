interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/**
 * The one script of a page as an address for its worker. The page's policy takes no text for code or HTML; this one address, of
 * the page's own script, is let through.
 */
export function ownScript(script: string): URL {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  const trusted = types?.createPolicy('conclave', { createScriptURL: (own) => own }).createScriptURL(url) ?? url;
  return trusted as URL;
}
