/** Pages that a firewall shows to users; they can be exported, and imported in other words. */
export const PAGES: ReadonlySet<string> = new Set([
  "application-block-page",
  "captive-portal-text",
  "credential-block-page",
  "credential-coach-text",
  "data-filter-block-page",
  "file-block-continue-page",
  "file-block-page",
  "global-protect-portal-custom-help-page",
  "global-protect-portal-custom-home-page",
  "global-protect-portal-custom-login-page",
  "global-protect-portal-custom-welcome-page",
  "mfa-login-page",
  "safe-search-block-page",
  "ssl-cert-status-page",
  "ssl-optout-text",
  "url-block-page",
  "url-coach-text",
  "virus-block-page",
]);

/** A page as it comes with a node. */
export const firstPage = (name: string): string =>
  `<html>\n<head><title>${name}</title></head>\n<body><h1>${name.replaceAll("-", " ")}</h1></body>\n</html>\n`;

/** Where an imported file of a category is kept. */
export const importedFile = (category: string): string => `imported/${category}`;
