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
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementDrafted) throws {
    self.init(
      agreement: Agreement(
        id: try m.agreement.id(), kind: try m.kind.named(), state: .draft, bank: m.bank,
        account: try AccountNumber(m.account), currency: try Currency(m.currencyCode),
        signer: Signer(
          displayName: m.signerName, mobile: m.signerMobile, email: m.signerEmail,
          nationalIDDigest: NationalIDDigest(bytes: Array(m.signerDigest))),
        createTime: m.createTimeUs.instant, signTime: nil, linkHash: nil))
  }
}

extension AgreementSent {
  var message: Bureau_Facts_V1_AgreementSent {
    .with {
      $0.agreement = agreement.data
      $0.linkHash = Data(linkHash)
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementSent) throws {
    self.init(agreement: try m.agreement.id(), linkHash: Array(m.linkHash))
  }
}

extension AgreementSigned {
  var message: Bureau_Facts_V1_AgreementSigned {
    .with {
      $0.agreement = agreement.data
      $0.signTimeUs = signTime.microseconds
      $0.evidenceDigest = Data(evidenceDigest)
    }
  }

  init(_ m: Bureau_Facts_V1_AgreementSigned) throws {
    self.init(
      agreement: try m.agreement.id(), signTime: m.signTimeUs.instant,
      evidenceDigest: Array(m.evidenceDigest))
  }
}

extension ConsentGiven {
  var message: Bureau_Facts_V1_ConsentGiven {
    .with {
      $0.consent = consent.id.data
      $0.user = consent.user.data
      $0.bank = consent.bank
      $0.createTimeUs = consent.createTime.microseconds
      $0.expireTimeUs = consent.expireTime.microseconds
      $0.evidenceDigest = Data(evidenceDigest)
    }
  }

  init(_ m: Bureau_Facts_V1_ConsentGiven) throws {
    self.init(
      consent: Consent(
        id: try m.consent.id(), user: try m.user.id(), bank: m.bank,
        createTime: m.createTimeUs.instant, expireTime: m.expireTimeUs.instant, revokeTime: nil),
      evidenceDigest: Array(m.evidenceDigest))
  }
}

extension ConsentRevoked {
  var message: Bureau_Facts_V1_ConsentRevoked {
    .with {
      $0.consent = consent.data
      $0.revokeTimeUs = revokeTime.microseconds
    }
  }

  init(_ m: Bureau_Facts_V1_ConsentRevoked) throws {
    self.init(consent: try m.consent.id(), revokeTime: m.revokeTimeUs.instant)
  }
}
