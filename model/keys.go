package model

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keys seal personal data (tink AEAD; the column's name is bound in, so a value moved to another
// column does not open) and make blind indexes (tink PRF) by which it is found again. The sealing keys
// may be rotated while Keys are in use (key_rotation.go).
type Keys struct {
	dir     string
	reading sync.Mutex // held while the file is read anew
	seal    atomic.Pointer[sealing]
	index   *prf.Set
}

// sealing is the sealing keyset as it was last read.
type sealing struct {
	tink.AEAD
	keyset *keyset.Handle
	order  []uint32 // the ids of the keys, the oldest first
	main   uint32   // the one that seals
	read   fs.FileInfo
}

const sealFile, indexFile = "seal.json", "index.json"

var keyFiles = []string{sealFile, indexFile}

// MissingKeys names the files of the two keysets that a folder does not have.
func MissingKeys(dir string) (missing []string) {
	for _, file := range keyFiles {
		if _, err := os.Lstat(filepath.Join(dir, file)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, file)
		}
	}
	return missing
}

// CreateKeys writes two new keysets into dir, readable by the owner only. It refuses a folder that
// already has some, or one of them, with fs.ErrExist: whoever overwrites keys loses every sealed value.
func CreateKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if len(MissingKeys(dir)) < len(keyFiles) { // also when only one of them is lost: a new one opens nothing
		return fs.ErrExist
	}
	seal, err := createKeyset(filepath.Join(dir, sealFile), aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	if _, err := createKeyset(filepath.Join(dir, indexFile), prf.HMACSHA256PRFKeyTemplate()); err != nil {
		return errors.Join(err, os.Remove(seal)) // half a set would be taken for one whose other half is lost
	}
	return nil
}

func createKeyset(file string, of *tinkpb.KeyTemplate) (string, error) {
	h, err := keyset.NewHandle(of)
	if err != nil {
		return "", err
	}
	f, err := newKeyset(file)
	if err != nil {
		return "", err
	}
	return file, writeKeyset(f, h)
}

// newKeyset makes a file that is not there yet.
func newKeyset(file string) (*os.File, error) {
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the folder
}

// writeKeyset fills a new file, and returns once the disk has it; where it can't, the file is gone.
func writeKeyset(f *os.File, h *keyset.Handle) error {
	var buf bytes.Buffer
	err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf))
	if err == nil {
		_, err = f.Write(buf.Bytes())
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func readKeyset(file string) (*keyset.Handle, error) {
	f, err := os.Open(file) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(f))
}

// LoadKeys reads the two keysets of a folder; fs.ErrNotExist when there are none.
func LoadKeys(dir string) (*Keys, error) {
	k := &Keys{dir: dir}
	if err := k.Reload(); err != nil {
		return nil, err
	}
	indexing, err := readKeyset(filepath.Join(dir, indexFile))
	if err != nil {
		return nil, err
	}
	k.index, err = prf.NewPRFSet(indexing)
	return k, err
}

// Reload reads the sealing keys again if their file is another than the one that was read.
func (k *Keys) Reload() error {
	k.reading.Lock()
	defer k.reading.Unlock()
	file := filepath.Join(k.dir, sealFile)
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if was := k.seal.Load(); was != nil && os.SameFile(was.read, info) && was.read.ModTime().Equal(info.ModTime()) && was.read.Size() == info.Size() {
		return nil
	}
	h, err := readKeyset(file)
	if err != nil {
		return err
	}
	return k.take(h, info)
}

// take uses a keyset from now on; read is the file that it was read from.
func (k *Keys) take(h *keyset.Handle, read fs.FileInfo) error {
	s := &sealing{keyset: h, main: h.KeysetInfo().GetPrimaryKeyId(), read: read}
	for _, key := range h.KeysetInfo().GetKeyInfo() {
		s.order = append(s.order, key.GetKeyId())
	}
	var err error
	if s.AEAD, err = aead.New(h); err != nil {
		return err
	}
	k.seal.Store(s)
	return nil
}

// Follow reloads the keys within a second of their being changed, until the context ends. failed is told
// of what went wrong; the keys that were read last go on being used.
func (k *Keys) Follow(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(keysLooked)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := k.Reload(); err != nil {
				failed(err)
			}
		}
	}
}

const keysLooked = time.Second

func (k *Keys) sealing() *sealing { return k.seal.Load() }

// open opens what was sealed by any of the keys, also by one that came since they were read. What was sealed by a
// newer one than ours shows that it has been taken into use.
func (k *Keys) open(sealed, column []byte) ([]byte, error) {
	s, key := k.sealing(), keyOf(sealed)
	plain, err := s.Decrypt(sealed, column)
	switch {
	case err == nil && s.newer(key):
		_, err = k.Use(key)
		return plain, err
	case err == nil || s.knows(key) || k.Reload() != nil:
		return plain, err
	}
	return k.sealing().Decrypt(sealed, column)
}

// keyOf gives the id of the key that a value was sealed by: tink writes it before what it seals.
func keyOf(sealed []byte) uint32 {
	if len(sealed) < 5 {
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:5])
}
