#!/bin/sh
# Makes the certificates of the TLS tests anew. Their keys protect nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
touch "$work/index.txt"
cat > "$work/ca.cnf" <<END
[ca]
default_ca = authority
[authority]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = policy
copy_extensions = copy
unique_subject = no
[policy]
commonName = supplied
END

key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# sign NAME KEY UNTIL EXTENSION [-selfsign]: a certificate that is valid from 2020
sign() {
  name=$1 key=$2 until=$3 extension=$4
  shift 4
  openssl req -new -key "$key" -subj "/CN=$name" -addext "$extension" -out "$work/$name.csr"
  openssl ca -batch -notext -config "$work/ca.cnf" -keyfile "$work/authority.key" "$@" \
    -startdate 20200101000000Z -enddate "$until" -in "$work/$name.csr" -out "$name.pem"
}

key "$work/authority.key"
sign authority "$work/authority.key" 21200101000000Z basicConstraints=critical,CA:TRUE -selfsign
key server.key
sign server server.key 21200101000000Z subjectAltName=DNS:localhost,IP:127.0.0.1 -cert authority.pem
sign expired server.key 20200201000000Z subjectAltName=DNS:localhost,IP:127.0.0.1 -cert authority.pem
sign other-host server.key 21200101000000Z subjectAltName=DNS:ehr.example.org -cert authority.pem
key client.key
sign client client.key 21200101000000Z subjectAltName=DNS:client -cert authority.pem
