// What the adapters in JavaScript share: the loop over lines, documents, and the keys that did:key identifiers spell.

import {createPublicKey} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

// What a library prints is no answer.
const answer = process.stdout.write.bind(process.stdout);
console.log = console.info = console.warn = console.error;

export class Unsupported extends Error {}
export class Refused extends Error {}

// Answer each case on standard input; what a judge throws is a refusal, and what it says of it the reason.
export async function serve(name, version, judges) {
  answer(JSON.stringify({name, version}) + '\n');
  for await (const line of createInterface({input: process.stdin})) {
    const asked = JSON.parse(line);
    answer(JSON.stringify({id: asked.id, ...await verdict(judges[asked.kind], asked)}) + '\n');
  }
}

async function verdict(judge, asked) {
  if(!judge) {
    return {verdict: 'unsupported', reason: 'no such kind here'};
  }
  try {
    await judge(asked);
    return {verdict: 'accept'};
  } catch(error) {
    const said = error instanceof Unsupported ? 'unsupported' : 'reject';
    const errors = error?.errors ?? [error];
    return {verdict: said, reason: errors.map(String).join('; ').slice(0, 280)};
  }
}

export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;
}

// Text of an input.
export function text(value) {
  return typeof value === 'string' ? value : Buffer.from(value.base64, 'base64').toString();
}

// --- contexts -------------------------------------------------------------------------------------------

const folder = new URL('../../../contexts/', import.meta.url);
const index = JSON.parse(readFileSync(new URL('index.json', folder)));
export const contexts = Object.fromEntries(Object.entries(index).map(
  ([url, {file}]) => [url, JSON.parse(readFileSync(new URL(file, folder)))]));

// --- did:key --------------------------------------------------------------------------------------------

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
// A SubjectPublicKeyInfo up to the key itself; OpenSSL reads compressed points.
const HEADS = {
  ed01: '302a300506032b6570032100',
  8024: '3039301306072a8648ce3d020106082a8648ce3d030107032200',
  8124: '3046301006072a8648ce3d020106052b81040022033200',
  8224: '3058301006072a8648ce3d020106052b81040023034400',
};

// The public key of a did:key as a JWK.
export function jwkOfDid(did) {
  const [identifier] = did.split('#');
  if(!identifier.startsWith('did:key:z')) {
    throw new Unsupported('no did:key');
  }
  let number = 0n;
  for(const letter of identifier.slice('did:key:z'.length)) {
    number = number * 58n + BigInt(ALPHABET.indexOf(letter));
  }
  const hex = number.toString(16);
  const raw = hex.padStart(hex.length + hex.length % 2, '0');
  const key = Buffer.from(HEADS[raw.slice(0, 4)] + raw.slice(4), 'hex');
  return createPublicKey({key, format: 'der', type: 'spki'}).export({format: 'jwk'});
}
