package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Folder keeps blobs as files.
type Folder struct{ root string }

// OpenFolder opens a folder, which is made if there is none.
func OpenFolder(root string) (*Folder, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// ReadFolder opens a folder to read what is there, also where it is not: then there is nothing in it.
func ReadFolder(root string) *Folder { return &Folder{root} }

// unfinished ends the name of what is still being written. A file that keeps it was cut off by a crash;
// Each tells of it like of any other.
const unfinished = ".tmp"

// Put stores content under a new name. It is written under another name first, forced to the disk, and
// given its own; then the shelf is forced to the disk, which is what remembers names.
func (f *Folder) Put(_ context.Context, name string, content []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	return unavailable(f.put(name, content))
}

func (f *Folder) put(name string, content []byte) error {
	shelf := filepath.Join(f.root, shelfOf(name))
	switch err := os.Mkdir(shelf, 0o700); {
	case err == nil:
		if err := syncDir(f.root); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	path := filepath.Join(shelf, name)
	if err := writeWhole(path+unfinished, content); err != nil {
		return errors.Join(err, os.Remove(path+unfinished))
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		return err
	}
	return syncDir(shelf)
}

func writeWhole(path string, content []byte) error {
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the name was checked
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	if err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}

func syncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // one of our folders
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get gives what is stored under a name.
func (f *Folder) Get(_ context.Context, name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(f.root, shelfOf(name), name)) //nolint:gosec // the name was checked
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return b, unavailable(err)
}

// Remove drops what is stored under a name; that there is nothing is fine.
func (f *Folder) Remove(_ context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	err := os.Remove(filepath.Join(f.root, shelfOf(name), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return unavailable(err)
}

// Each tells of everything on a shelf: the names that begin with two characters, and when each was put.
func (f *Folder) Each(ctx context.Context, shelf string, tell func(name string, put time.Time)) error {
	entries, err := os.ReadDir(filepath.Join(f.root, shelf))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || checkName(e.Name()) != nil) {
			continue // gone since, or not ours
		}
		if err != nil {
			return unavailable(err)
		}
		tell(e.Name(), info.ModTime())
	}
	return nil
}
