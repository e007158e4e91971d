// jose: the signature of a compact JWS under the key that its kid names, and the registered claims.

import {decodeProtectedHeader, importJWK, jwtVerify} from 'jose';
import {jwkOfDid, serve, text, versionOf} from './adapting.mjs';

const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512'];

async function token({input, policy}) {
  const value = text(input.token);
  const {kid, alg} = decodeProtectedHeader(value);
  const options = {algorithms: ALGORITHMS, currentDate: new Date(policy.at), clockTolerance: 60};
  const payload = JSON.parse(Buffer.from(value.split('.')[1], 'base64url'));
  if('aud' in payload && policy.domain) {
    options.audience = policy.domain;
  }
  await jwtVerify(value, await importJWK(jwkOfDid(kid), alg), options);
}

await serve('jose', versionOf('jose'), {'vc-jwt': token});
