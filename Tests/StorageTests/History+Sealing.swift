import Domain
import Primitives
import Sealing

extension History {
  /// Of the company alone: no two have the same.
  private func publicKey(_ number: UInt8) -> SealingKey {
    SealingKey(stored: [UInt8](repeating: 100 + mark * 10 + number, count: 32))
  }

  private func signingKey(_ number: UInt8) -> SigningKey {
    SigningKey(
      id: key(94 + number), number: Int(number), publicKey: publicKey(number),
      maker: number == 1 ? .client : .server, createTime: monday)
  }

  /// Two keys, the second in the place of the first; a batch of which one item was taken; a batch
  /// with the old key.
  var sealingFacts: [[Fact]] {
    let seal = Seal(
      keyFingerprint: publicKey(1).fingerprint, signature: hash(1) + hash(2))
    return [
      [.signingKeyCreated(SigningKeyCreated(key: signingKey(1)))],
      [
        .batchSubmitted(
          BatchSubmitted(
            batch: key(97), batchID: "B-1", digest: hash(11), contentDigest: hash(12), seal: seal,
            outcomes: [
              .payment(key(44)),
              .refused(
                RecordedRefusal(
                  kind: .failedPrecondition, reason: "INVOICE_DUPLICATE", field: "content",
                  message: "This invoice is here already, \(mark).")),
            ]))
      ],
      [
        .signingKeyCreated(
          SigningKeyCreated(
            key: signingKey(2), replaced: (key(95), monday.adding(minutes: 1))))
      ],
      [
        .sealRefused(
          SealRefused(
            batchID: "B-2", reason: "SEAL_KEY_SUPERSEDED", keyFingerprint: seal.keyFingerprint,
            digest: hash(13)))
      ],
      [.signingKeyRevoked(SigningKeyRevoked(key: key(96), revokeTime: monday.adding(days: 1)))],
    ]
  }
}
