/**
 * The certificate every simulated node has in its configuration from the start: self-signed, RSA 2048, SHA-256. Nothing is
 * protected by it, and nobody has its key; it is there to be looked at. Where a node shows the key, sealed with its master
 * key, stands a text of that form: clients take the element out before they read the rest, and fail without it.
 */
export const MOCK_CERTIFICATE = Object.freeze({
  name: "mock-cert",
  subject: "/CN=mock-cert",
  notBefore: "Nov 20 23:06:05 2026 GMT",
  notAfter: "Nov 15 23:06:05 2046 GMT",
  expiryEpoch: "2425935965",
  sealedKey: "-AQ==bm9ib2R5IGhhcyB0aGlzIGtl=bm90aGluZyBpcyBzZWFsZWQgaGVyZTogdGhlcmUgaXMgbm8gc3VjaCBrZXk=",
  pem: `-----BEGIN CERTIFICATE-----
MIIC9jCCAd6gAwIBAgIBATANBgkqhkiG9w0BAQsFADAUMRIwEAYDVQQDDAltb2Nr
LWNlcnQwHhcNMjYxMTIwMjMwNjA1WhcNNDYxMTE1MjMwNjA1WjAUMRIwEAYDVQQD
DAltb2NrLWNlcnQwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCyXP4a
bZcR9FelJ3tiPmPVUBAkB8cDZnRQbZWlGcfWK6S+Vg5LR9ssi3PP+u2kg0V4RvTZ
ZNdRh9TVqjvYd3NMVtxzYA7RIbX7zdw+jNtl2FVOnQQVXPArdXq8aDIc76lrYMSH
6cpy0TZzTuPjFDwspWCsvfuc3SDqIBuPqy0tWYc7vuYm1p1gDJiMjWLe2p82aQlM
IBXKACP2hKQ6lABiwIcgMzIdQthl0x2LD4lg5qg/uScYEZGwyr6w/qKLhPCERPaJ
5g7z5TUkZT3igIiwGQB5eaCbpwzROdGoFmcYBt0WqxqEYRPv8upi5LgrMt8K5hfO
h4RcEK6USo+a/oDvAgMBAAGjUzBRMB0GA1UdDgQWBBQju43QyxwYD/xKOEHsyEOo
aBrPxzAfBgNVHSMEGDAWgBQju43QyxwYD/xKOEHsyEOoaBrPxzAPBgNVHRMBAf8E
BTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBTm5VvsZ4h4LmP9ZucipmjUloSoYuz
Xy3SKdbTIhgLZcqRYy/by6cE0pkKPNrXBP/1ItBlKtuWqtYf50K/a1Q/GNGmoC6I
AyqCPp+ISDR9j7KxB0aFpaYtJhMX2or3Hb/2TWpMLJL1ZTAsDqEHu1jRsVM2iHS0
qxoUpsvEATzydrj24F31+rkzrRDdFUmwpcLbpII9JdXy9AObmg8mV3g79H6T+tFh
1/1QMiRs8ajUqlctn5D/ZWO4kRRdDTdcZTdqvN0GJqCEckqPnC17X//gfNlb7Sn3
lTI6ecF+zCARrSEcKyp/XqpViez0997+tkdpXmU3N8nrCNcR+5Km6f8R
-----END CERTIFICATE-----
`,
});
