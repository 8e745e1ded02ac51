package import Primitives

extension Agreement {
  /// Changes who signs or what is declared, before the signature; a link that is out stops working.
  /// - Parameter fields: `signer`, `declarations`; empty: both.
  package func changing(to draft: AgreementDraft, fields: [String]) throws(AgreementError)
    -> [Fact]
  {
    guard state == .draft || state == .sentForSigning else { throw .state(.send, in: state) }
    for field in fields where field != "signer" && field != "declarations" {
      throw .fieldUnknown(String(field.plainLine.prefix(40)))
    }
    let all = fields.isEmpty
    let signer =
      all || fields.contains("signer") ? try draft.signer(keeping: self.signer) : self.signer
    let declared =
      all || fields.contains("declarations")
      ? try draft.declarations.checked() : declarations
    return [
      .agreementChanged(
        AgreementChanged(agreement: id, signer: signer, declarations: declared))
    ]
  }

  /// Sends, or sends anew: an earlier link stops working.
  package func sending(linkHash: [UInt8], at time: Instant) throws(AgreementError) -> [Fact] {
    _ = try state.after(.send)
    return [
      .agreementSent(
        AgreementSent(
          agreement: id, linkHash: linkHash, expireTime: time.adding(days: Self.linkDays)))
    ]
  }

  /// Whether the holder of a link may be shown and asked to sign this agreement.
  package func opening(linkHash: [UInt8], at time: Instant) throws(AgreementError) {
    guard let current = self.linkHash, current == linkHash else { throw .linkRefused }
    if let linkExpireTime, linkExpireTime <= time, state == .sentForSigning || state == .draft {
      throw .linkExpired
    }
    guard state == .sentForSigning else { throw .linkUsed }
  }

  /// The signer does not want it: back to the bureau with the signer's words.
  package func declining(linkHash: [UInt8], reason: String, at time: Instant)
    throws(AgreementError) -> [Fact]
  {
    try opening(linkHash: linkHash, at: time)
    return [
      .agreementDeclined(
        AgreementDeclined(agreement: id, reason: try Self.reason(reason)))
    ]
  }

  /// The link's days are over: back to draft.
  package func expiring(at time: Instant) -> [Fact] {
    guard state == .sentForSigning, let linkExpireTime, linkExpireTime <= time else { return [] }
    return [.agreementLinkExpired(AgreementLinkExpired(agreement: id))]
  }

  /// What is signed without being shown: ties the signature to this agreement and this link.
  package var signedData: [UInt8] {
    let link = (linkHash ?? []).map { byte in
      let hex = String(byte, radix: 16)
      return hex.count == 1 ? "0" + hex : hex
    }.joined()
    return Array("bureau/agreement/v1\n\(id.hex)\n\(link)\n".utf8)
  }

  /// The named signer has signed the text as it is now; active once nothing holds it
  ///
  package func signing(with evidence: Evidence, text: String) throws(AgreementError) -> [Fact] {
    _ = try state.after(.sign)
    guard evidence.signer == signer.nationalIDDigest else { throw .otherSigner }
    guard evidence.visibleText == text, evidence.nonVisibleData == signedData else {
      throw .textChanged
    }
    if let linkExpireTime, linkExpireTime <= evidence.time { throw .linkExpired }
    return [
      .agreementSigned(
        AgreementSigned(
          agreement: id, signTime: evidence.time, evidenceDigest: evidence.digest,
          awaitsActivation: true))
    ]
  }

  /// Ends it for good; what is signed or on its way must be answered first.
  /// - Parameter open: Payments that depend on it.
  package func terminating(reason: String, open: Int, at time: Instant) throws(AgreementError)
    -> [Fact]
  {
    _ = try state.after(.terminate)
    let reason = try Self.reason(reason)
    guard open == 0 else { throw .openPayments(open) }
    return [
      .agreementTerminated(
        AgreementTerminated(agreement: id, reason: reason, terminateTime: time))
    ]
  }

  /// Somebody's own words, on one line.
  static func reason(_ text: String) throws(AgreementError) -> String {
    let text = text.trimmed
    guard !text.isEmpty, text.fits(scalars: 300), text.isPlainLine,
      text.contains(where: { $0.isLetter || $0.isNumber })
    else { throw .reasonInvalid }
    return text
  }
}
