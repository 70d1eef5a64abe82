import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { headBytes, tailBytes } from './contentType.ts';
import {
  attachmentDisposition,
  downloadSeconds,
  type FileName,
  type Files,
  uploadSeconds,
} from './files.ts';

/**
 * A bucket, with its address if it is not Amazon's. Without keys, the SDK uses the keys of the
 * machine.
 */
export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** The only authorities that may certify the endpoint, in PEM. Absent: those that Node trusts. */
  readonly ca?: string | undefined;
}

/**
 * Files in an S3 bucket; the links lead there and not through us. S3 binds an upload to its type;
 * its size is checked when a task names it.
 */
export function s3Files({
  bucket,
  region,
  endpoint,
  accessKeyId,
  secretAccessKey,
  ca,
}: S3Settings): Files {
  const client = new S3Client({
    region,
    // Otherwise every link would require a checksum, which a plain PUT does not send.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...(ca === undefined ? {} : { requestHandler: { httpsAgent: { ca } } }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : {}),
  });
  const place = ({ merchantId, fileUuid }: FileName) => ({
    Bucket: bucket,
    Key: `${merchantId}/${fileUuid}`,
  });
  return {
    uploadUrl: (file, mimeType) =>
      getSignedUrl(client, new PutObjectCommand({ ...place(file), ContentType: mimeType }), {
        expiresIn: uploadSeconds,
        signableHeaders: new Set(['content-type']),
      }),
    downloadUrl: (file, { fileName, mimeType }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          ...place(file),
          ResponseContentDisposition: attachmentDisposition(fileName),
          ResponseContentType: mimeType,
        }),
        { expiresIn: downloadSeconds },
      ),
    sizeOf: (file) => sizeOf(client, place(file)),
    async endsOf(file) {
      const part = async (Range: string) => {
        const { Body } = await client.send(new GetObjectCommand({ ...place(file), Range }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      };
      return {
        head: await part(`bytes=0-${headBytes - 1}`),
        tail: await part(`bytes=-${tailBytes}`),
      };
    },
    async read(file) {
      return (await client.send(new GetObjectCommand(place(file)))).Body as Readable;
    },
    async replace(file, bytes, mimeType) {
      await client.send(
        new PutObjectCommand({ ...place(file), Body: bytes, ContentType: mimeType }),
      );
    },
    async remove(file) {
      await client.send(new DeleteObjectCommand(place(file)));
    },
  };
}

async function sizeOf(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
): Promise<number | undefined> {
  try {
    return (await client.send(new HeadObjectCommand(place))).ContentLength;
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
      return undefined;
    throw error;
  }
}
