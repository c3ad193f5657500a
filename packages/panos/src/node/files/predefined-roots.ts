/** Real devices have some hundred trusted roots, named by four digits, an underscore and the name of their maker. */
const ROOT_NAME = /^\d{4}_[\w.()&,' -]{1,120}$/;

/** Whether a certificate of that name is taken for one of the trusted roots that come with a node. */
export const isPredefinedRoot = (name: string): boolean => ROOT_NAME.test(name);

/** The one certificate all of them stand for: self-signed, RSA 2048, SHA-256. Nobody has its key. */
export const PREDEFINED_ROOT_PEM = `-----BEGIN CERTIFICATE-----
MIIDVDCCAjygAwIBAgIBKTANBgkqhkiG9w0BAQsFADBDMRMwEQYDVQQKDApVbmRl
cnN0dWR5MSwwKgYDVQQDDCNQcmVkZWZpbmVkIHJvb3Qgb2YgYSBzaW11bGF0ZWQg
bm9kZTAeFw0yNjExMjAyMzM3NDJaFw00NjExMTUyMzM3NDJaMEMxEzARBgNVBAoM
ClVuZGVyc3R1ZHkxLDAqBgNVBAMMI1ByZWRlZmluZWQgcm9vdCBvZiBhIHNpbXVs
YXRlZCBub2RlMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzQlU4jzB
5VXezGaclAIZCgA04/m8Hd+nakV15I7rW2bUqs0gGaHSHcxWqbCQ5H1RWcNdgXoP
XEZjWF1YfgFFS/NJJbeAOtF+wNUgtUMlAbQYfFg1q3IEnj1thEp9cLMI+wY5wp1y
LnG0rwJkoJX81M7EfFCII8ilfnsfwULfDaCrwE2TR54BEwx5ZdJBqCCR8cna292e
U9UKv8gc8AX0sgM2YS9d6ZlAfk27V+zQvqFyzUOpPIVPq2853XL7TXY5+nId4Sa+
6T6OkWJ9mNh36JdFmqvhD1b5fyZ6J82MDgceNUwn67nu/DJpPikR6wBMAJyntuVv
CRb9wQzzVOh8cQIDAQABo1MwUTAdBgNVHQ4EFgQUr9bnj9IqFy7NXlci9eQh5Kj5
DbYwHwYDVR0jBBgwFoAUr9bnj9IqFy7NXlci9eQh5Kj5DbYwDwYDVR0TAQH/BAUw
AwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAmIuwYysgUGAlJnHjqCuo5O07ioNaiekR
DHolgZX2EeGnMVIsmXhGvqXsYSQ7yOm55K+ACBHTCN/aaT42sAACrdPW/HF3jCsy
cen7qL6J0ONbEl73nmHdrJxB/OFxW/0OJDtlKOMi1YyYNhULGOxo0ggsdPLVjN+r
uRpsxywaT5uh1ZN2zBZqSWTnea6oiTjWtt4Uymsfw2fDB6tyiMU5LcodxQhZ0Ph8
waHtzpShWHV+ZqtdTL1UZUd9aCu2ubqBSZrTyfVl8cRB7Ft8xJHAONEnQQml7IvC
9rlp95VN0IBznon2plfAWbpFGgJhCG5MTfUq3evss0LkiHDiiGbk7g==
-----END CERTIFICATE-----
`;
