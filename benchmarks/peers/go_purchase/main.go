// Peer: the shop's RESERVE script behind net/http, with the standard library alone.
//
// It checks the token, reads and writes JSON, and wakes the worker. It has no idempotency, no rate limits, no envelope,
// no languages and no log of requests.
package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config is the JSON of the standard input.
type Config struct {
	Bind, Socket, Template, WakeKey, Issuer, Audience string
	Key                                               []byte
	Partitions                                        uint32
	QuantityMax                                       int64
}

type claims struct {
	Sub, Sid, Iss, Aud string
	Exp                int64
}

type order struct {
	ID             string `json:"id"`
	Status         string `json:"status"`
	ItemID         int64  `json:"item_id"`
	Quantity       int64  `json:"quantity"`
	UnitPriceMinor int64  `json:"unit_price_minor"`
	TotalMinor     int64  `json:"total_minor"`
	Currency       string `json:"currency"`
	CreatedAt      string `json:"created_at"`
}

type connection struct {
	net.Conn
	reader *bufio.Reader
}

var (
	config   Config
	idle     = make(chan *connection, 256)
	errToken = errors.New("the token is not valid")
)

func main() {
	if err := json.NewDecoder(os.Stdin).Decode(&config); err != nil {
		panic(err)
	}
	http.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	http.HandleFunc("/go/", buy)
	panic(http.ListenAndServe(config.Bind, nil))
}

func buy(w http.ResponseWriter, r *http.Request) {
	user, err := verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil {
		answer(w, http.StatusUnauthorized, map[string]string{"error": err.Error()})
		return
	}
	var body struct{ Quantity int64 }
	item, err := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/go/"), 10, 64)
	if err != nil || json.NewDecoder(r.Body).Decode(&body) != nil || body.Quantity < 1 || body.Quantity > config.QuantityMax {
		answer(w, http.StatusUnprocessableEntity, map[string]string{"error": "quantity"})
		return
	}
	partition := crc32.ChecksumIEEE([]byte(fmt.Sprintf("1:%d", item))) % config.Partitions
	reply, err := reserve(item, body.Quantity, user, partition)
	if err != nil {
		answer(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		return
	}
	if reply[0] != "RESERVED" {
		answer(w, http.StatusConflict, map[string]string{"error": reply[0]})
		return
	}
	if reply[2] == "1" {
		if _, err := send([]string{"LPUSH", config.WakeKey, strconv.Itoa(int(partition))}); err != nil {
			answer(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
			return
		}
	}
	answer(w, http.StatusAccepted, readOrder(reply[1]))
}

func verify(token string) (user claims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return user, errToken
	}
	hash := hmac.New(sha256.New, config.Key)
	hash.Write([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(signature, hash.Sum(nil)) {
		return user, errToken
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &user) != nil {
		return user, errToken
	}
	if user.Exp <= time.Now().Unix() || user.Iss != config.Issuer || user.Aud != config.Audience {
		return user, errToken
	}
	return user, nil
}

func reserve(item, quantity int64, user claims, partition uint32) ([]string, error) {
	filled := strings.NewReplacer(
		"%(order)s", newID(), "%(item)s", strconv.FormatInt(item, 10), "%(user)s", user.Sub, "%(session)s", user.Sid,
		"%(quantity)s", strconv.FormatInt(quantity, 10), "%(moment)s", strconv.FormatInt(time.Now().UnixMicro(), 10),
		"%(partition)s", fmt.Sprintf("{p%02d}", partition), "%%", "%",
	).Replace(config.Template)
	reply, err := send(strings.Split(filled, "\x00"))
	if err == nil && len(reply) < 3 {
		err = errors.New("the script answered with too little")
	}
	return reply, err
}

// newID returns a UUID of version 7.
func newID() string {
	var id [16]byte
	if _, err := rand.Read(id[6:]); err != nil {
		panic(err)
	}
	var moment [8]byte
	binary.BigEndian.PutUint64(moment[:], uint64(time.Now().UnixMilli()))
	copy(id[:6], moment[2:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func readOrder(receipt string) order {
	fields := strings.Split(receipt, "|")
	number := func(place int) int64 { value, _ := strconv.ParseInt(fields[place], 10, 64); return value }
	return order{
		fields[1], "pending", number(3), number(5), number(6), number(5) * number(6), fields[7],
		time.UnixMicro(number(8)).UTC().Format("2006-01-02T15:04:05.000000Z"),
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// send runs one command on an idle connection, and returns the parts of the reply as texts.
func send(command []string) ([]string, error) {
	var own *connection
	select {
	case own = <-idle:
	default:
		socket, err := net.Dial("unix", config.Socket)
		if err != nil {
			return nil, err
		}
		own = &connection{socket, bufio.NewReader(socket)}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "*%d\r\n", len(command))
	for _, part := range command {
		fmt.Fprintf(&text, "$%d\r\n%s\r\n", len(part), part)
	}
	if _, err := io.WriteString(own, text.String()); err != nil {
		return nil, err
	}
	reply, err := own.read()
	if err == nil {
		idle <- own
	}
	return reply, err
}

func (own *connection) read() ([]string, error) {
	line, err := own.reader.ReadString('\n')
	if err != nil || len(line) < 3 {
		return nil, errors.New("the connection is lost")
	}
	rest := line[1 : len(line)-2]
	number, _ := strconv.Atoi(rest)
	switch {
	case line[0] == '-':
		return nil, errors.New(rest)
	case line[0] == '*':
		var all []string
		for ; number > 0; number-- {
			part, err := own.read()
			if err != nil {
				return nil, err
			}
			all = append(all, part...)
		}
		return all, nil
	case line[0] == '$' && number >= 0:
		content := make([]byte, number+2)
		_, err := io.ReadFull(own.reader, content)
		return []string{string(content[:number])}, err
	}
	return []string{rest}, nil
}
