// http-message-signatures of npm: signatures of RFC 9421. Content-Digest is its caller's to check.

import {createPublicKey} from 'node:crypto';
import {createVerifier, httpbis} from 'http-message-signatures';
import {jwkOfDid, Refused, serve, text, Unsupported, versionOf} from './adapting.mjs';

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
  const {request, ...given} = message;
  await verify(keys, given, request, true);
}

async function verify(keys, given, request, all) {
  const keyLookup = async ({keyid}) => {
    const named = keyid?.startsWith('did:key:') ? [jwkOfDid(keyid)] : keys.filter(each => each.kid === keyid);
    if(named.length > 1) {
      throw new Unsupported('two keys of one name: which one is the caller\'s to say');
    }
    const [jwk] = named;
    const algorithm = ALGORITHMS[jwk?.crv];
    if(!algorithm) {
      return null;
    }
    const verifier = createVerifier(createPublicKey({key: jwk, format: 'jwk'}), algorithm);
    return {id: keyid, algs: [algorithm], verify: verifier};
  };
  const verified = await httpbis.verifyMessage({keyLookup, all}, given, request);
  if(!verified) {
    throw new Refused(verified === null ? 'no signature' : 'the signature does not verify');
  }
}

// A message as it is on the wire: one signature that verifies suffices.
async function rawMessage({input, policy}) {
  const documents = Object.values(policy.documents ?? {}).map(each => JSON.parse(text(each)));
  const keys = documents.flatMap(each => [...each.keys ?? [], ...each.signing_keys ?? []]);
  const given = parsed(text(input.message));
  const expires = /;expires=([0-9]+)/.exec(JSON.stringify(given.headers));
  if(expires && Number(expires[1]) < PRESENT) {
    throw new Unsupported('expired at the present time, by which it judges');
  }
  await verify(keys, given, input.request && parsed(text(input.request)), false);
}

function parsed(raw) {
  const [start, ...lines] = raw.split('\r\n\r\n', 1)[0].split('\r\n');
  const headers = {};
  for(const line of lines) {
    const [name] = line.split(':', 1);
    (headers[name.toLowerCase()] ??= []).push(line.slice(name.length + 1).trim());
  }
  if(start.startsWith('HTTP/')) {
    return {status: Number(start.split(' ')[1]), headers};
  }
  const [method, target] = start.split(' ');
  return {method, url: target.includes('://') ? target : `https://${headers.host[0]}${target}`, headers};
}

const name = 'http-message-signatures';
await serve(name, versionOf(name), {
  'published/rfc9421': message, 'published/ucp': message, 'http-signature': rawMessage});
