package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Config says where a store is and who we are there.
type S3Config struct {
	Endpoint   string // https://cos.ap-nanjing.myqcloud.com: without the bucket
	Region     string // never asked for: Tencent's answers to that question mislead
	Bucket     string
	AccessKey  string
	SecretKey  string
	Prefix     string            // before every name, such as "danyuan/"; may be empty
	InPath     bool              // the bucket in the path, as MinIO likes it; else in the host's name, as Tencent demands
	RoundTrips http.RoundTripper // nil: our own, with time-outs
}

// S3 keeps blobs in a bucket.
type S3 struct {
	client         *minio.Client
	bucket, prefix string
}

// What one call may take, and how often it is tried in that time.
const (
	callTime  = 20 * time.Second
	listTime  = 2 * time.Minute
	callTries = 3
)

// mostBlob bounds what is read of a blob: ours have a megabyte or so.
const mostBlob = 32 << 20

// OpenS3 makes a client. Nothing is asked of the store yet.
func OpenS3(cfg S3Config) (*S3, error) {
	at, err := url.Parse(cfg.Endpoint)
	if err != nil || at.Host == "" {
		return nil, errors.New("blob: the endpoint is no address")
	}
	lookup := minio.BucketLookupDNS
	if cfg.InPath {
		lookup = minio.BucketLookupPath
	}
	if cfg.RoundTrips == nil {
		cfg.RoundTrips = &http.Transport{
			Proxy:       http.ProxyFromEnvironment,
			DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext, TLSHandshakeTimeout: 5 * time.Second,
			ResponseHeaderTimeout: 15 * time.Second, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 16,
			DisableCompression: true, // the client compares lengths
		}
	}
	client, err := minio.New(at.Host, &minio.Options{
		Creds: credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""), Secure: at.Scheme == "https",
		Region: cfg.Region, BucketLookup: lookup, Transport: cfg.RoundTrips, MaxRetries: callTries,
	})
	if err != nil {
		return nil, err
	}
	return &S3{client, cfg.Bucket, cfg.Prefix}, nil
}

func (s *S3) key(name string) string { return s.prefix + shelfOf(name) + "/" + name }

// Put stores content under a new name. It is sent as it is, not in signed chunks, which Tencent does not
// take; over https nobody changes it on the way, and a checksum goes with it.
func (s *S3) Put(ctx context.Context, name string, content []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	_, err := s.client.PutObject(ctx, s.bucket, s.key(name), bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{
		ContentType: "image/jpeg", SendContentMd5: true, DisableContentSha256: true, DisableMultipart: true,
	})
	return unavailable(err)
}

// Get gives what is stored under a name.
func (s *S3) Get(ctx context.Context, name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	object, err := s.client.GetObject(ctx, s.bucket, s.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, unavailable(err)
	}
	b, err := io.ReadAll(io.LimitReader(object, mostBlob))
	err = errors.Join(err, object.Close())
	if gone(err) {
		return nil, fs.ErrNotExist
	}
	return b, unavailable(err)
}

// Remove drops what is stored under a name; that there is nothing is fine.
func (s *S3) Remove(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := s.client.RemoveObject(ctx, s.bucket, s.key(name), minio.RemoveObjectOptions{})
	if gone(err) {
		return nil
	}
	return unavailable(err)
}

// Each tells of everything on a shelf: the names that begin with two characters, and when each was put.
// It uses the first kind of listing, which every store has.
func (s *S3) Each(ctx context.Context, shelf string, tell func(name string, put time.Time)) error {
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	from := s.prefix + shelf + "/"
	for object := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: from, Recursive: true, UseV1: true}) {
		if object.Err != nil {
			return unavailable(object.Err)
		}
		if name := strings.TrimPrefix(object.Key, from); checkName(name) == nil {
			tell(name, object.LastModified)
		}
	}
	return unavailable(ctx.Err())
}

func gone(err error) bool {
	var answer minio.ErrorResponse
	return errors.As(err, &answer) && answer.Code == minio.NoSuchKey
}
