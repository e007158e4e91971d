// Digital Bazaar's implementation as a process: a JSON object a line in, one out.
//
// {"op": "init", contexts, documents, keys}       documents by URL; keys as secret Multikeys
// {"op": "sign", suite, items: [[credential, key number], …]}
// {"op": "verify", suite, items: [text, …]}
//
// The answer is {"seconds", "results"}: the time that the work took here, without what came and went through
// the pipe. Contexts are served from memory and marked static, so that jsonld.js keeps them processed; DIDs are
// documents in memory, so that nothing is resolved.

import {createInterface} from 'node:readline';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as vc from '@digitalbazaar/vc';

const SUITES = {
  'eddsa-jcs-2022': {sign: eddsaJcs.createSignCryptosuite(), verify: eddsaJcs.createVerifyCryptosuite()},
  'ecdsa-jcs-2019': {sign: ecdsaJcs.createSignCryptosuite(), verify: ecdsaJcs.createVerifyCryptosuite()},
  'eddsa-rdfc-2022': {sign: eddsaRdfc, verify: eddsaRdfc},
  'ecdsa-rdfc-2019': {sign: ecdsaRdfc, verify: ecdsaRdfc},
};

let contexts, documents, signers;

async function documentLoader(url) {
  if(Object.hasOwn(contexts, url)) {
    return {contextUrl: null, documentUrl: url, document: contexts[url], tag: 'static'};
  }
  if(Object.hasOwn(documents, url)) {
    return {contextUrl: null, documentUrl: url, document: documents[url]};
  }
  throw new Error(`not here: ${url}`);
}

async function init(message) {
  ({contexts, documents} = message);
  signers = [];
  for(const {type, ...key} of message.keys) {
    if(type === 'Ed25519') {
      const seed = new Uint8Array(Buffer.from(key.seed, 'base64'));
      const made = await Ed25519Multikey.generate({id: key.id, controller: key.controller, seed});
      signers.push(made.signer());
    } else {
      const {id, controller, publicKeyMultibase, secretKeyMultibase} = key;
      const made = await EcdsaMultikey.from(
        {type: 'Multikey', id, controller, publicKeyMultibase, secretKeyMultibase});
      signers.push(made.signer());
    }
  }
  return {};
}

async function sign({suite, items}) {
  const cryptosuite = SUITES[suite].sign;
  const results = [];
  const start = process.hrtime.bigint();
  for(const [credential, number] of items) {
    const proof = new DataIntegrityProof({signer: signers[number], cryptosuite});
    results.push(await vc.issue({credential, suite: proof, documentLoader}));
  }
  return {seconds: since(start), results};
}

async function verify({suite, items}) {
  const cryptosuite = SUITES[suite].verify;
  const start = process.hrtime.bigint();
  for(const text of items) {
    const proof = new DataIntegrityProof({cryptosuite});
    const result = await vc.verifyCredential({credential: JSON.parse(text), suite: proof, documentLoader});
    if(!result.verified) {
      throw result.error;
    }
  }
  return {seconds: since(start), results: []};
}

function since(start) {
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const OPERATIONS = {init, sign, verify};

for await (const line of createInterface({input: process.stdin})) {
  const message = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify(await OPERATIONS[message.op](message)) + '\n');
  } catch(error) {
    const errors = error.errors ?? [error];
    process.stdout.write(JSON.stringify({error: errors.map(String).join('; ')}) + '\n');
  }
}
