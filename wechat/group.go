package wechat

import (
	"crypto/aes"
	"encoding/base64"

	"github.com/silenceper/wechat/v2/miniprogram/config"
	"github.com/silenceper/wechat/v2/miniprogram/context"
	"github.com/silenceper/wechat/v2/miniprogram/encryptor"
)

// mostGroupData bounds the base64 text; a real one has some hundred characters.
const mostGroupData = 8 << 10

// GroupID opens what wx.getGroupEnterInfo gave the mini-program (encryptedData and iv, base64) with the
// session key of that person's last login, and gives the group's opengid. It is a hint which group the
// card was opened in, no proof of anything. Data of another app, of another login, or changed on the
// way is refused with ErrGroupData, whatever is wrong with it. (开放数据校验与解密)
func (c *Client) GroupID(sessionKey, encrypted, iv string) (openGID string, err error) {
	// The library panics on a ciphertext that is not whole blocks, and all three come from outside.
	if len(encrypted) > mostGroupData || !decodesTo(sessionKey, aes.BlockSize) || !decodesTo(iv, aes.BlockSize) {
		return "", ErrGroupData
	}
	if raw, err := base64.StdEncoding.DecodeString(encrypted); err != nil || len(raw) == 0 || len(raw)%aes.BlockSize != 0 {
		return "", ErrGroupData
	}
	open := encryptor.NewEncryptor(&context.Context{Config: &config.Config{AppID: c.appID}})
	data, err := open.Decrypt(sessionKey, encrypted, iv) // compares the watermark's appid
	if err != nil || data.OpenGID == "" || len(data.OpenGID) > 128 {
		return "", ErrGroupData // no cause: it would tell which part was wrong
	}
	return data.OpenGID, nil
}

func decodesTo(text string, size int) bool {
	if len(text) > mostGroupData {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	return err == nil && len(raw) == size
}
