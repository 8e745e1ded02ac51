import Sealing
import Testing

/// The bytes of hexadecimal text.
func bytes(hex: String) -> [UInt8] {
  stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
    let start = hex.index(hex.startIndex, offsetBy: offset)
    return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
  }
}

struct SealingKeyTests {
  private let seed = bytes(
    hex: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")

  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "d75a98", "",
  ])
  func `a key for which anybody can sign is none, nor are other lengths`(hex: String) {
    #expect(throws: SealingKey.Fault.notUsable) { try SealingKey(bytes(hex: hex)) }
  }

  @Test func `a private key is read from its file as it was written`() throws {
    let secret = try SealingSecret(seed: seed)
    let again = try SealingSecret(pem: "Comment before\r\n" + secret.pem)
    #expect(again.publicKey == secret.publicKey)
    #expect(secret.publicKey.pem.hasPrefix("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA"))
    #expect(secret.publicKey.bytes == (try SealingKey(secret.publicKey.bytes)).bytes)
  }

  @Test(arguments: [
    "", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
    "-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nno base64\n-----END PRIVATE KEY-----",
    // An X25519 key's algorithm.
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIE\n-----END PRIVATE KEY-----",
  ])
  func `what is no private key is refused`(pem: String) {
    #expect(throws: SealingKey.Fault.notPrivateKey) { try SealingSecret(pem: pem) }
  }

  @Test func `a signature holds for its bytes and its key alone`() throws {
    let secret = try SealingSecret(seed: seed), message: [UInt8] = [1, 2, 3]
    let other = try SealingSecret(seed: [UInt8](repeating: 7, count: 32))
    let signature = try secret.sign(message)
    #expect(secret.publicKey.hasSigned(message, with: signature))
    #expect(!secret.publicKey.hasSigned([1, 2, 4], with: signature))
    #expect(!other.publicKey.hasSigned(message, with: signature))
    #expect(!secret.publicKey.hasSigned(message, with: Array(signature.dropLast())))
  }

  @Test(arguments: ["", "21FE", String(repeating: "g", count: 64)])
  func `a fingerprint has 64 lower-case hexadecimal digits`(text: String) throws {
    #expect(!SealingKey.isFingerprint(text))
    #expect(SealingKey.isFingerprint(try SealingSecret(seed: seed).publicKey.fingerprint))
  }
}
