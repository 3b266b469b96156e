// Package blob keeps bytes under a name: in a folder of this machine, or in a store that speaks S3. What
// was put is there when Put returns, also after a power cut, and whole or not at all. It must not know
// what the bytes are, who may see them, or that there is a database.
package blob

import (
	"fmt"
	"regexp"

	"danyuan/fault"
)

// ErrUnavailable is what a store that does not answer, or a full disk, is refused with. What is not
// there is fs.ErrNotExist.
var ErrUnavailable = fault.New(fault.Unavailable, "blob.unavailable", "照片暂时存取不了，请过几分钟再试。您填写的内容没有丢失。")

// nameForm is what names look like: the first two characters are the shelf, one of a folder's many
// folders, so that none gets too full.
var nameForm = regexp.MustCompile(`^[0-9a-f]{2}[0-9a-z.]{1,60}$`)

func checkName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("blob: %q is no name", name)
	}
	return nil
}

func shelfOf(name string) string { return name[:2] }

func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return ErrUnavailable.Because(err)
}
