"""The table of names: what joints are called, in the usual programs and in several languages.

Words are written small, without side, accents, digits and punctuation. Each has a weight, from 0 to 1: how surely a
bone of that name is that joint. A word may stand in several rows: a "shoulder" is a collar bone or an upper arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

_Value = TypeVar("_Value", int, str)

# kind of joint -> weight -> words
_TABLE: Mapping[str, Mapping[float, str]] = {
    "pelvis": {
        1.0: "hips pelvis 骨盆 盆骨 髋部 골반 becken bassin bacino quadril bekken miednica таз kosi koshi "
             "sacrum",
        0.9: "hip lowertorso 腰 hufte huefte hanches caderas cadera pelvisroot hiproot rootpelvis hiproothips "
             "sacro",
        0.7: "下半身 lowerbody 髋 臀部 엉덩이 anche bacia бедра hipmaster kosibone",
        0.45: "cog center centre センター グルーブ groove rootmaster hipsroot",
        0.35: "root waist body 根",
    },
    "spine": {
        1.0: "spine 上半身 脊椎 脊柱 척추 wirbelsaule wirbelsaeule colonne columna colonna coluna позвоночник "
             "upperbody chest uppertorso upperchest lowerchest thorax abdomen lowerback upperback midback "
             "torso ribcage spina kregoslup tospine abdomenlower abdomenupper chestlower chestupper spinelower "
             "spineupper spinemiddle midspine upperspine lowerspine spinebase wervelkolom",
        0.9: "胸 胸部 背 背骨 背部 腹 腹部 脊 가슴 brust rucken ruecken bauch dos torse poitrine ventre "
             "espalda pecho torace petto schiena peito tronco costas спина грудь живот stomach belly mune sebo "
             "ribs back borst rug ab klatka ryggrad",
        0.7: "waist 허리 taille cintura vita поясница",
        0.4: "腰 bust trunk",
    },
    "neck": {
        1.0: "neck 首 颈 頸 颈部 脖子 목 hals nacken nek cou cuello collo pescoco шея kubi szyja neckbase "
             "cervical neckupper necklower upperneck lowerneck",
        0.8: "necktwist",
    },
    "head": {
        1.0: "head 頭 头 头部 頭部 머리 kopf hoofd tete cabeza testa cabeca голова glowa atama kao headbase",
        0.7: "skull",
    },
    "hip": {
        1.0: "upleg upperleg thigh femur legupper legup upthigh thighbend 大腿 太もも 太腿 上腿 허벅지 "
             "넓적다리 oberschenkel bovenbeen cuisse muslo coscia coxa бедро udo momo asia",
        0.9: "hip 足 uleg upperlegs",
        0.5: "leg 腿 다리 jambe pierna gamba perna bein been noga нога hufte hanche cadera "
             "anca quadril",
        0.2: "hipjoint femoral",
    },
    "knee": {
        1.0: "lowerleg shin calf knee tibia leglower lowleg loleg shank lleg 小腿 ひざ 膝 ヒザ すね 脛 膝盖 "
             "종아리 무릎 unterschenkel knie onderbeen mollet genou pantorrilla rodilla espinilla polpaccio "
             "ginocchio canela joelho panturrilha голень колено sune asib hiza kolano lydka",
        0.8: "leg jambe pierna gamba perna 下腿",
        0.5: "bein been noga нога",
    },
    "ankle": {
        1.0: "ankle 足首 脚踝 足踝 踝 발목 knochel knoechel enkel fussgelenk cheville tobillo caviglia "
             "tornozelo лодыжка",
        0.9: "foot 脚 脚部 发 발 fuss voet pied pie piede pe стопа ступня asi asid ashi kostka",
        0.6: "足 hindfoot talus",
        0.2: "heel",
    },
    "foot": {
        1.0: "toe toes toebase ball forefoot つま先 ツマ先 爪先 脚趾 脚尖 足尖 足趾 발가락 발끝 zehen zeh zehe "
             "teen orteil orteils dedosdelpie dedospie punta puntapiede puntadelpie ditapiede dedosdope "
             "dedospe ponta носок пальцыноги пальцыног tsumasaki palce football balloffoot toesbase asie",
        0.75: "metatarsal metatarsals 足先",
        0.5: "foot stopa",
        0.2: "bigtoe smalltoe",
    },
    "collar": {
        1.0: "collar clavicle collarbone inshoulder clav clavic 锁骨 鎖骨 쇄골 schlusselbein schluesselbein "
             "sleutelbeen clavicule clavicula clavicola obojczyk sako ключица 肩 innershoulder",
        0.8: "shoulder 肩膀 肩部 어깨 schulter epaule hombro spalla ombro schouder kata shol bark shoulderbase",
        0.6: "scapula плечо",
    },
    "shoulder": {
        1.0: "upperarm uparm armupper humerus uarm armup shldrbend 腕 上腕 上臂 大臂 위팔 상완 윗팔 oberarm "
             "bovenarm hautbras brazosuperior bracciosuperiore udea",
        0.9: "arm shldr bras brazo braccio braco плечо ramie ude 胳膊 팔",
        0.7: "shoulder 肩膀 肩部 schulter epaule hombro spalla ombro schouder",
        0.4: "肩 어깨",
    },
    "elbow": {
        1.0: "forearm lowerarm elbow armlower lowarm loarm foarm forarm farm ひじ 肘 ヒジ 前腕 下腕 前臂 小臂 "
             "下臂 手肘 팔꿈치 아래팔 전완 하완 unterarm onderarm ellbogen ellenbogen elleboog avantbras coude "
             "antebrazo codo avambraccio gomito antebraco cotovelo предплечье локоть hiji przedramie udeb "
             "lokiec forearmbend",
        0.9: "radius ulna",
    },
    "wrist": {
        1.0: "wrist 手首 手腕 腕部 손목 handgelenk poignet muneca polso pulso запястье tekubi pols nadgarstek",
        0.95: "hand 手 手部 손 main mano mao кисть dlon",
        0.5: "手掌 te рука",
        0.2: "palm",
    },
}  # fmt: skip
KINDS: tuple[str, ...] = tuple(_TABLE)
MIDDLE = ("pelvis", "spine", "neck", "head")  # kinds that have no side
WORDS: dict[str, dict[str, float]] = {}  # word -> {kind: weight}
for _kind, _rows in _TABLE.items():
    for _weight, _words in _rows.items():
        for _word in _words.split():
            WORDS.setdefault(_word, {}).setdefault(_kind, _weight)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _all(value: _Value, words: str) -> dict[str, _Value]:
    return dict.fromkeys(words.split(), value)


# How far up the back a word belongs, where nothing else tells it
HEIGHT: dict[str, int] = _all(
    0, "waist abdomen lowerback stomach belly abdomenlower spinelower lowerspine spinebase 腹 腹部 腰 허리"
) | _all(
    2, "chest thorax upperback ribcage chestlower lowerchest spineupper upperspine 胸 胸部 brust poitrine pecho "
    "petto torace peito грудь 가슴 mune"
) | {"upperchest": 3, "chestupper": 3}  # fmt: skip
USUAL_HEIGHT = 1

SIDES: dict[str, str] = _all(
    "left",
    "l left lft lt 左 ひだり hidari 왼 왼쪽 좌 links linke linker linkes gauche izquierda izquierdo izq "
    "sinistra sinistro sx esquerda esquerdo esq левая левый левое лев лево lewa lewy lewe vanster"
) | _all(
    "right",
    "r right rgt rght rt 右 みぎ migi 오른 오른쪽 우 rechts rechte rechter rechtes droite droit derecha "
    "derecho destra destro dx direita direito правая правый правое прав право prawa prawy prawe hoger"
)  # fmt: skip
# Words for a side that mean other things as well: they count where a skeleton has none of those above
RARE_SIDES: tuple[dict[str, str], ...] = tuple(
    {left: "left", right: "right"}
    for left, right in (
        ("lf", "rt"),
        ("lf", "rf"),
        ("lh", "rh"),
        ("g", "d"),
        ("izq", "der"),
        ("i", "d"),
        ("e", "d"),
        ("li", "re"),
        ("л", "п"),
        ("sin", "des"),
        ("esq", "dir"),
    )
)

# Parts of names that say nothing
NOISE = _set(
    "mixamorig mixamo bip biped valvebiped valve cc base rl def deform org j jnt joint jt bone bn bnd bind sk "
    "skel skin avg m f x c mid ctrl rig rigged char character genesis stretch bend main de del la le du der "
    "die das the of smpl smplx smplh actor avatar humanoid human armature skeleton"
)
# Parts of names of bones that only accompany a joint
SIDEKICKS = _set(
    "twist roll helper corrective correction aux support fk mch tweak parent child null "
    "offset orient dummy share sub extra drv driver proxy copy ghost sim physics phys jiggle volume adj "
    "adjust"
)
# Parts of names of bones that are no joint of ours
STRANGERS = _set(
    "end nub tip top finger fingers thumb index ring pinky pinkie little carpal metacarpal eye eyes eyeball "
    "eyelid eyebrow jaw tongue teeth tooth lip lips brow cheek nose nostril ear ears hair bang bangs breast "
    "breasts boob pectoral pec bust tail wing wings skirt cloth cape coat dress ribbon weapon sword gun prop ik pole "
    "target goal effector muscle butt buttock buttocks glute ponytail hat camera light face mouth chin nipple "
    "belt bag attach socket slot site hold mesh geo locator chain ap vest cancel look lookat aim string rope "
    "horn hoof paw feather beard collider hitbox 指 親指 目 眼 髪 舌 歯 眉 頬 顎 耳 鼻 口 スカート 操作 "
    "キャンセル 捩 乳 尻尾 尾 ネクタイ 손가락 눈 daumen zehennagel auge pouce doigt oeil pulgar dedo ojo "
    "pollice dito occhio polegar olho dedos палец глаз"
)
STRANGE_SIDED = _set("middle mid center")  # a finger where it has a side
# Parts of animals
ANIMAL = _set(
    "tail paw hoof hock pastern fetlock wing fin snout muzzle udder 尻尾 尾 しっぽ хвост schwanz queue cola "
    "coda cauda ogon haunch stifle withers croup"
)
