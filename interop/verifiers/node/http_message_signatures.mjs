// http-message-signatures of npm: signatures of RFC 9421. Content-Digest is its caller's to check.

import {createPublicKey} from 'node:crypto';
import {createVerifier, httpbis} from 'http-message-signatures';
import {Refused, serve, text, Unsupported, versionOf} from './adapting.mjs';

const PRESENT = 1_800_000_000; // what had expired before is not asked
const ALGORITHMS = {Ed25519: 'ed25519', 'P-256': 'ecdsa-p256-sha256', 'P-384': 'ecdsa-p384-sha384'};

async function message({input}) {
  const {message, keys, now} = JSON.parse(text(input.case));
  if(!message) {
    throw new Unsupported('no HTTP message');
  }
  const expires = /;expires=([0-9]+)/.exec(JSON.stringify(message.headers));
  if(now && expires && Number(expires[1]) < PRESENT) {
    throw new Unsupported('expired at the present time, by which it judges');
  }
  const keyLookup = async ({keyid}) => {
    const jwk = keys.find(each => each.kid === keyid);
    if(!jwk) {
      return null;
    }
    const algorithm = ALGORITHMS[jwk.crv];
    const verify = createVerifier(createPublicKey({key: jwk, format: 'jwk'}), algorithm);
    return {id: keyid, algs: [algorithm], verify};
  };
  const {request, ...given} = message;
  const verified = await httpbis.verifyMessage({keyLookup, all: true}, given, request);
  if(!verified) {
    throw new Refused(verified === null ? 'no signature' : 'the signature does not verify');
  }
}

const name = 'http-message-signatures';
await serve(name, versionOf(name), {'published/rfc9421': message, 'published/ucp': message});
