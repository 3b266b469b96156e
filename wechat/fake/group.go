package fake

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// GroupData gives encryptedData and iv as wx.getGroupEnterInfo would, for openid's last login.
func (s *Server) GroupData(openid, openGID string) (encrypted, iv string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	start := sha256.Sum256(fmt.Appendf(nil, "iv %s %d", openid, s.serial))
	key, err := base64.StdEncoding.DecodeString(s.sessionKey(openid))
	if err != nil {
		return "", ""
	}
	plain, err := json.Marshal(map[string]any{
		"opengid":   openGID,
		"watermark": map[string]any{"timestamp": s.opts.Now().Unix(), "appid": s.AppID},
	})
	if err != nil {
		return "", ""
	}
	b := seal(key, start[:aes.BlockSize], plain, aes.BlockSize)
	return base64.StdEncoding.EncodeToString(b), base64.StdEncoding.EncodeToString(start[:aes.BlockSize])
}

// seal is AES-CBC with PKCS#7 padding to pad bytes; nil if the key is no AES key.
func seal(key, iv, plain []byte, pad int) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	n := pad - len(plain)%pad
	out := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(n)}, n)...) //nolint:gosec // n is at most pad, 32
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out
}
