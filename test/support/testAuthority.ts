import { generateKeyPairSync, sign } from 'node:crypto';

const text = (words: string): Buffer => Buffer.from(words, 'ascii');
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/**
 * A self-signed certificate for `localhost` and `127.0.0.1`, which is therefore its own authority,
 * and its key. Each process of tests makes its own, and nothing else trusts it.
 */
const { certificate, key } = selfSigned();

/** The authority that makes {@link testCertificate} trusted, in PEM format. */
export const testAuthority = certificate;
/** The certificate of the tests' servers, in PEM format. */
export const testCertificate = certificate;
/** The key of {@link testCertificate}, in PEM format. */
export const testCertificateKey = key;

/** Makes an X.509 certificate (RFC 5280) for a new elliptic-curve key. */
function selfSigned(): { certificate: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(0x30, oid('2a8648ce3d040302'));
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, text('localhost')))));
  const names = der(0x30, der(0x82, text('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const subjectAltName = der(0x30, oid('551d11'), der(0x04, names));
  const toSign = der(
    0x30,
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    // The period of validity (GeneralizedTime) is from the year 2000 to 2126.
    der(0x30, der(0x18, text('20000101000000Z')), der(0x18, text('21260101000000Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, subjectAltName)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', toSign, privateKey));
  const body = der(0x30, toSign, ecdsaWithSha256, signature).toString('base64');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Encodes one value in DER: its tag, its length, its parts. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const sizes =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...sizes]), content]);
}
