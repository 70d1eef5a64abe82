/**
 * Describes this server to applications (RFC 8414, section 2), so that they need only its address.
 * `issuer` is the address at which users reach it, without a trailing slash.
 */
export const serverMetadata = (issuer: string, scopes: readonly string[]) => ({
  issuer,
  authorization_endpoint: `${issuer}/rest/v2/oauth/authorize`,
  token_endpoint: `${issuer}/rest/v2/oauth/token`,
  revocation_endpoint: `${issuer}/rest/v2/oauth/revoke`,
  device_authorization_endpoint: `${issuer}/rest/v2/oauth/device/authorize`,
  scopes_supported: scopes,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  token_endpoint_auth_methods_supported: clientAuthentication,
  revocation_endpoint_auth_methods_supported: clientAuthentication,
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
});

const clientAuthentication = ['client_secret_basic', 'client_secret_post', 'none'];
