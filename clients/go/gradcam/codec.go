package gradcam

import (
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto"
	"google.golang.org/protobuf/proto"
)

// codec writes messages of today's generated code itself, and leaves those of an older generator to gRPC's own codec. Debian 12 has both
// kinds: its gRPC's codec reads old ones alone, and its health service is one.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v interface{}) ([]byte, error) {
	if message, ok := v.(proto.Message); ok {
		return proto.Marshal(message)
	}
	return encoding.GetCodec("proto").Marshal(v)
}

func (codec) Unmarshal(data []byte, v interface{}) error {
	if message, ok := v.(proto.Message); ok {
		return proto.Unmarshal(data, message)
	}
	return encoding.GetCodec("proto").Unmarshal(data, v)
}
