package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"time"

	"danyuan/model"
)

// rootHash begins an account's chain: it binds what the account is.
func rootHash(a model.Account) string {
	h := sha256.New()
	writeWords(h, "account", number(a.ID), a.AccountKey, a.Unit, moment(a.OpenedAt))
	return sum(h)
}

// digest is what an entry's hash binds of its transfer: all of it.
type digest [sha256.Size]byte

func digestOf(t model.Transfer) (d digest) {
	reverses := ""
	if t.ReversesID != nil {
		reverses = number(*t.ReversesID)
	}
	h := sha256.New()
	writeWords(h, "transfer", number(t.ID), t.Kind, t.Subject, number(t.SubjectID), number(t.ByPersonID), moment(t.At), reverses)
	h.Sum(d[:0])
	return d
}

// entryHash binds an entry, its transfer, and through before everything that the account has ever held.
// A change of any of them, or an entry that is missing, shows at the next link.
func entryHash(before, accountKey string, e model.Entry, t digest) string {
	h := sha256.New()
	writeWords(h, "entry", before, accountKey, number(e.Seq), number(e.Amount), number(e.Balance), string(t[:]))
	return sum(h)
}

// writeWords keeps words apart by a byte that none of them has; a digest stands last.
func writeWords(h hash.Hash, words ...string) {
	line := make([]byte, 0, 256)
	for _, w := range words {
		line = append(append(line, w...), 0)
	}
	_, _ = h.Write(line) // a hash takes everything
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func moment(t time.Time) string { return number(t.Unix()) }

func sum(h hash.Hash) string { return base64.RawStdEncoding.EncodeToString(h.Sum(nil)) }
