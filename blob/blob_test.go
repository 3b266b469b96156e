package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"danyuan/blob"
)

// kept is what both kinds of store can do.
type kept interface {
	Put(ctx context.Context, name string, content []byte) error
	Get(ctx context.Context, name string) ([]byte, error)
	Remove(ctx context.Context, name string) error
	Each(ctx context.Context, shelf string, tell func(name string, put time.Time)) error
}

func stores(t *testing.T) map[string]kept {
	t.Helper()
	folder, err := blob.OpenFolder(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]kept{"folder": folder, "S3, bucket in the host": newCloud(t).open(t, false), "S3, bucket in the path": newCloud(t).open(t, true)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, k kept, shelf string) map[string]time.Time {
	t.Helper()
	all := map[string]time.Time{}
	must(t, k.Each(t.Context(), shelf, func(name string, put time.Time) { all[name] = put }))
	return all
}

func TestStore_givesBackWhatWasPut(t *testing.T) {
	for kind, k := range stores(t) {
		t.Run(kind, func(t *testing.T) {
			content := bytes.Repeat([]byte{0, 1, 2, 255}, 300_000)
			must(t, k.Put(t.Context(), "ab01.jpg", content))
			got, err := k.Get(t.Context(), "ab01.jpg")
			must(t, err)
			if !bytes.Equal(got, content) {
				t.Fatalf("%d bytes came back, of %d", len(got), len(content))
			}
			must(t, k.Remove(t.Context(), "ab01.jpg"))
			must(t, k.Remove(t.Context(), "ab01.jpg"))
			if _, err := k.Get(t.Context(), "ab01.jpg"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("after it was removed: %v", err)
			}
		})
	}
}

func TestStore_tellsOfOneShelfWhole(t *testing.T) {
	for kind, k := range stores(t) {
		t.Run(kind, func(t *testing.T) {
			many := 1003 // more than one page of a listing
			if kind == "folder" {
				many = 30 // it has no pages
			}
			for i := range many {
				must(t, k.Put(t.Context(), "ab"+strconv.Itoa(i)+".jpg", []byte("x")))
			}
			must(t, k.Put(t.Context(), "ac1.jpg", []byte("x")))
			all := names(t, k, "ab")
			if len(all) != many {
				t.Fatalf("%d names, want %d", len(all), many)
			}
			if put := all["ab7.jpg"]; time.Since(put).Abs() > time.Hour {
				t.Errorf("put %v", put)
			}
			if n := len(names(t, k, "00")); n != 0 {
				t.Errorf("an empty shelf has %d", n)
			}
		})
	}
}

func TestStore_takesNoNameThatLeadsElsewhere(t *testing.T) {
	for kind, k := range stores(t) {
		for _, name := range []string{"", "a", "ab", "../../etc/passwd", "ab/../../x", "ab\x00", "AB1.jpg", ".abc", "ab..%2f"} {
			if err := k.Put(t.Context(), name, []byte("x")); err == nil {
				t.Errorf("%s took %q", kind, name)
			}
			if _, err := k.Get(t.Context(), name); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s looked for %q", kind, name)
			}
			if err := k.Remove(t.Context(), name); err == nil {
				t.Errorf("%s removed %q", kind, name)
			}
		}
	}
}

// TestFolder_aCutOffWriteIsNoBlob: what a crash leaves has another name, and is told of, so that it goes.
func TestFolder_aCutOffWriteIsNoBlob(t *testing.T) {
	root := t.TempDir()
	k, err := blob.OpenFolder(root)
	must(t, err)
	must(t, k.Put(t.Context(), "ab01.jpg", []byte("whole")))
	must(t, os.WriteFile(filepath.Join(root, "ab", "ab02.jpg.tmp"), []byte("ha"), 0o600))
	if _, err := k.Get(t.Context(), "ab02.jpg"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if all := names(t, k, "ab"); len(all) != 2 {
		t.Errorf("told of %v", all)
	}
	must(t, k.Remove(t.Context(), "ab02.jpg.tmp"))
	if all := names(t, k, "ab"); len(all) != 1 {
		t.Errorf("told of %v", all)
	}
}

func TestFolder_isForItsOwnerOnly(t *testing.T) {
	root := filepath.Join(t.TempDir(), "files")
	k, err := blob.OpenFolder(root)
	must(t, err)
	must(t, k.Put(t.Context(), "ab01.jpg", []byte("x")))
	for _, path := range []string{root, filepath.Join(root, "ab"), filepath.Join(root, "ab", "ab01.jpg")} {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
	}
}

func TestFolder_aDiskThatRefusesIsUnavailable(t *testing.T) {
	root := t.TempDir()
	k, err := blob.OpenFolder(root)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(root, "ab"), []byte("no folder"), 0o600))
	if err := k.Put(t.Context(), "ab01.jpg", []byte("x")); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}
