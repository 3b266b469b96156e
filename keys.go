package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"danyuan/config"
	"danyuan/model"
)

// keysCommands are the commands about keys. Without a word it makes keysets.
type keysCommands struct {
	Create  createKeys `cmd:"" default:"withargs" help:"生成一套新的密钥。请妥善备份：丢了密钥，加密的数据就再也打不开。"`
	Prepare prepareKey `cmd:"" help:"准备一个新的加密密钥，先不用它。之后请备份密钥目录，并复制到每一台运行 danyuan 的机器。"`
	Rotate  rotateKeys `cmd:"" help:"启用准备好的密钥，并把旧密钥加密的数据重新加密一遍；服务不用停，中断了再运行一次会接着做。"`
	Drop    dropKeys   `cmd:"" help:"删除旧的加密密钥。只在旧密钥可能泄露时用：之后，换密钥以前的数据库备份要靠以前的密钥备份才能打开。"`
}

// createKeys is the command that makes keysets.
type createKeys struct {
	Dir string `arg:"" help:"放密钥的目录。"`
}

// Run makes them; it never overwrites any.
func (c *createKeys) Run(context.Context) error {
	err := model.CreateKeys(c.Dir)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("目录 %s 里已经有密钥文件，没有改动任何内容。覆盖密钥会让已经加密的数据再也打不开；要生成新的一套，请换一个空目录；要换加密密钥，请运行 danyuan keys prepare", c.Dir)
	}
	if err != nil {
		return err
	}
	fmt.Println("密钥已生成，只有当前用户能读。请马上备份到别处。")
	return nil
}

// prepareKey is the command that adds a sealing key which opens, and does not seal yet.
type prepareKey struct{ config.Settings }

// Run adds it.
func (c *prepareKey) Run(context.Context) error {
	keys, err := loadKeys(c.Settings)
	if err != nil {
		return err
	}
	if err := keys.Prepare(); err != nil {
		return err
	}
	fmt.Printf("新密钥已写进 %s，还没有启用。请现在备份这个目录，并复制到每一台运行 danyuan 的机器；都做好以后运行 danyuan keys rotate。\n", c.Keys())
	return nil
}

// rotateKeys is the command that takes the prepared key into use and seals everything anew.
type rotateKeys struct{ config.Settings }

// othersFollow is how long the other processes, also those of other machines, may take to seal by the new key.
const othersFollow = 3 * time.Second

// Run promotes the key and seals anew. Without a prepared key it goes on with what an earlier run left.
func (c *rotateKeys) Run(ctx context.Context) error {
	h, err := openExisting(ctx, c.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if keys := h.db.Keys(); keys.Prepared() {
		if err := keys.Promote(); err != nil {
			return err
		}
	} else if left, err := h.s.CountOld(ctx); err != nil {
		return err
	} else if left == 0 {
		return model.ErrNoneBefore
	}
	if err := h.s.AnnounceKey(ctx); err != nil {
		return err
	}
	fmt.Println("新密钥已启用。")
	select {
	case <-time.After(othersFollow):
	case <-ctx.Done():
		return ctx.Err()
	}
	done := int64(0)
	sealed, err := h.s.SealAnew(ctx, func(table string, rows int64) {
		done += rows
		drawn("已重新加密 %d 行（%s）          ", done, table)
	})
	drawnOver()
	if err != nil {
		return err
	}
	fmt.Printf("完成：重新加密了 %d 行，现在全部由新密钥加密。旧密钥留在密钥目录里，以前的数据库备份还要用它。如果还有别的机器运行 danyuan，请现在把密钥目录再复制过去一次。\n", sealed)
	return nil
}

// dropKeys is the command that drops the keys by which nothing is sealed any more.
type dropKeys struct{ config.Settings }

// Run drops them, after it has looked through every sealed value.
func (c *dropKeys) Run(ctx context.Context) error {
	h, err := openExisting(ctx, c.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if h.db.Keys().Prepared() {
		return model.ErrPrepared
	}
	left, err := h.s.CountOld(ctx)
	if err != nil {
		return err
	}
	if left > 0 {
		return model.ErrKeysInUse
	}
	if err := h.db.Keys().DropOld(); err != nil {
		return err
	}
	fmt.Println("旧密钥已删除。请备份密钥目录；换密钥以前的数据库备份，要和那时的密钥备份一起保存。")
	return nil
}
