import Domain
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension AgreementDrafted {
  var message: Bureau_Facts_V1_AgreementDrafted {
    .with {
      $0.agreement = agreement.id.data
      $0.kind = agreement.kind.rawValue
      $0.bank = agreement.bank
      $0.account = agreement.account.message
      $0.currencyCode = agreement.currency.code
      $0.signerName = agreement.signer.displayName
      $0.signerMobile = agreement.signer.mobile
      $0.signerEmail = agreement.signer.email
      $0.signerDigest = Data(agreement.signer.nationalIDDigest.bytes)
      $0.createTimeUs = agreement.createTime.microseconds
      if agreement.declarations != Declarations() {
        $0.declarations = agreement.declarations.message
      }
      $0.legacyNumber = agreement.number ?? ""
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementDrafted) throws {
    var agreement = Agreement(
      id: try m.agreement.id(), kind: try m.kind.named(), state: .draft, bank: m.bank,
      account: try AccountNumber(m.account), currency: try Currency(stored: m.currencyCode),
      signer: Signer(
        displayName: m.signerName, mobile: m.signerMobile, email: m.signerEmail,
        nationalIDDigest: NationalIDDigest(bytes: Array(m.signerDigest))),
      createTime: m.createTimeUs.instant, signTime: nil, linkHash: nil)
    agreement.declarations = try Declarations(m.declarations)
    if !m.legacyNumber.isEmpty {
      agreement.number = m.legacyNumber
      agreement.state = .legacyActive
    }
    self.init(agreement: agreement)
  }
}

extension AgreementSent {
  var message: Bureau_Facts_V1_AgreementSent {
    .with {
      $0.agreement = agreement.data
      $0.linkHash = Data(linkHash)
      $0.expireTimeUs = expireTime?.microseconds ?? 0
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementSent) throws {
    self.init(
      agreement: try m.agreement.id(), linkHash: Array(m.linkHash),
      expireTime: m.expireTimeUs == 0 ? nil : m.expireTimeUs.instant)
  }
}

extension AgreementSigned {
  var message: Bureau_Facts_V1_AgreementSigned {
    .with {
      $0.agreement = agreement.data
      $0.signTimeUs = signTime.microseconds
      $0.evidenceDigest = Data(evidenceDigest)
      $0.awaitsActivation = awaitsActivation
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementSigned) throws {
    self.init(
      agreement: try m.agreement.id(), signTime: m.signTimeUs.instant,
      evidenceDigest: Array(m.evidenceDigest), awaitsActivation: m.awaitsActivation)
  }
}
