package model

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// idEpoch is when ids made by us begin: 2020-01-01T00:00:00Z, in milliseconds.
const idEpoch = 1_577_836_800_000

// idTail counts on from a point that chance gives each process, so that two replicas do not meet.
var idTail atomic.Uint32

func init() { idTail.Store(rand.Uint32()) } //nolint:gosec // spreads replicas, hides nothing

// ErrIDTaken says that chance has given a row the id, or the pick-up code, of another: the transaction is run
// again, and gets others.
var ErrIDTaken = errors.New("model: an id is taken")

// NewID makes an id without asking the database, for rows that name one another before they are
// written: milliseconds since 2020 (41 bits) and a count (22 bits). Later ids are higher, a millisecond
// apart or more. Two replicas that hit on the same id are stopped by the primary key, and the
// transaction is run again with another.
func NewID(now time.Time) int64 {
	return (now.UnixMilli()-idEpoch)<<22 | int64(idTail.Add(1)&(1<<22-1))
}

// idTaken is for what stores rows with ids by NewID.
func idTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = errors.Join(ErrIDTaken, err)
	}
	return err
}

// idMillis is how many milliseconds from idEpoch on an id can tell: until the year 2089.
const idMillis = 1 << 41

// FirstID gives an id that is not above any that NewID makes from a moment on; of a moment that no id can tell,
// the nearest that one can: a list may be asked for until 2099.
func FirstID(at time.Time) int64 { return min(max(0, at.UnixMilli()-idEpoch), idMillis-1) << 22 }

// idsOfADay is how far apart ids lie that NewID makes a day apart.
const idsOfADay = 86_400_000 << 22
