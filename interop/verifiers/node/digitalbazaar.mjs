// Digital Bazaar's @digitalbazaar/vc: credentials and presentations with Data Integrity proofs.

import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import jsigs from 'jsonld-signatures';
import * as vc from '@digitalbazaar/vc';
import {contexts, Refused, serve, text, Unsupported, versionOf} from './adapting.mjs';

const SUITES = {
  'eddsa-jcs-2022': eddsaJcs.createVerifyCryptosuite(),
  'ecdsa-jcs-2019': ecdsaJcs.createVerifyCryptosuite(),
  'eddsa-rdfc-2022': eddsaRdfc,
  'ecdsa-rdfc-2019': ecdsaRdfc,
};
const RELATIONS = ['assertionMethod', 'authentication', 'capabilityInvocation', 'capabilityDelegation'];

function loaderOf(documents) {
  return async url => {
    const document = contexts[url] ?? brought(documents, url) ?? didKey(url);
    if(!document) {
      throw new Error(`not here: ${url}`);
    }
    return {contextUrl: null, documentUrl: url, document: structuredClone(document)};
  };
}

// A document that the case brings, or the verification method in it that a fragment names.
function brought(documents, url) {
  const [base] = url.split('#');
  if(!Object.hasOwn(documents, base)) {
    return null;
  }
  const document = JSON.parse(text(documents[base]));
  if(base === url) {
    return document;
  }
  const embedded = ['verificationMethod', ...RELATIONS].flatMap(each => document[each] ?? []);
  const found = embedded.find(each => [url, url.slice(base.length)].includes(each?.id));
  return found && {'@context': 'https://w3id.org/security/multikey/v1', ...found, id: url};
}

// What a did:key spells, without a look at the key: that is for the implementation.
function didKey(url) {
  const [did, fragment] = url.split('#');
  if(!did.startsWith('did:key:')) {
    return null;
  }
  const key = did.slice('did:key:'.length);
  const id = `${did}#${key}`;
  const method = {id, type: 'Multikey', controller: did, publicKeyMultibase: key};
  if(fragment === undefined) {
    return {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: did,
      verificationMethod: [method],
      ...Object.fromEntries(RELATIONS.map(each => [each, [id]])),
    };
  }
  return fragment === key ? {'@context': 'https://w3id.org/security/multikey/v1', ...method} : null;
}

// The suites of the proofs, one each: two of a suite would both be taken for one proof.
function optionsOf(policy, ...secured) {
  const proofs = secured.flatMap(each => each?.proof ?? []);
  const names = new Set(proofs.map(each => each.cryptosuite).filter(each => Object.hasOwn(SUITES, each)));
  const suite = [...names].map(each => new DataIntegrityProof({cryptosuite: SUITES[each]}));
  return {
    suite: suite.length ? suite : [new DataIntegrityProof({cryptosuite: eddsaRdfc})],
    documentLoader: loaderOf(policy.documents ?? {}),
    ...policy.at && {now: new Date(policy.at), maxClockSkew: policy.clockSkew ?? 60},
  };
}

function checked({verified, error, credentialResults = [], presentationResult}) {
  if(!verified) {
    const errors = [error, presentationResult?.error, ...credentialResults.map(each => each.error)];
    throw errors.find(each => each) ?? new Refused('not verified');
  }
}

async function document({input, policy}) {
  const credential = JSON.parse(text(input.document));
  if(credential.credentialStatus) {
    throw new Unsupported('status needs a further package');
  }
  checked(await vc.verifyCredential({credential, ...optionsOf(policy, credential)}));
}

async function presentation({input, policy}) {
  const value = text(input.presentation).trim();
  if(!value.startsWith('{') || !value.includes('"proof"')) {
    throw new Unsupported('Data Integrity alone');
  }
  const presented = JSON.parse(value);
  const credentials = [presented.verifiableCredential ?? []].flat();
  if(!presented.proof || credentials.some(each => each?.id?.startsWith?.('data:'))) {
    throw new Unsupported('Data Integrity alone');
  }
  if(!policy.challenge) {
    throw new Unsupported('it does not verify without a challenge that is asked for');
  }
  if(credentials.some(each => each.credentialStatus)) {
    throw new Unsupported('status needs a further package');
  }
  const [domain] = [policy.domain ?? []].flat();
  const options = optionsOf(policy, presented, ...credentials);
  checked(await vc.verify({presentation: presented, challenge: policy.challenge, domain, ...options}));
}

// W3C's examples name an issuer that does not control the key: the signature is all that they show.
async function signature({input, policy}) {
  const secured = JSON.parse(text(input.document));
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  checked(await jsigs.verify(secured, {purpose, ...optionsOf(policy, secured)}));
}

const published = [
  'w3c-vc-di-eddsa/eddsa-jcs-2022', 'w3c-vc-di-eddsa/eddsa-rdfc-2022',
  'w3c-vc-di-ecdsa/ecdsa-jcs-2019-p256', 'w3c-vc-di-ecdsa/ecdsa-jcs-2019-p384',
  'w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256',
].map(each => `published/${each}`);
const kinds = [...Object.keys(SUITES), 'data-model', 'controller', 'proof-chain'];
await serve('@digitalbazaar/vc', versionOf('@digitalbazaar/vc'),
  {...Object.fromEntries(kinds.map(each => [each, document])),
    ...Object.fromEntries(published.map(each => [each, signature])), presentation});
