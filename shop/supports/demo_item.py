"""Items of the demo data, in three languages."""

from typing import NamedTuple

from shop.constants.item import ItemStatus


class DemoItem(NamedTuple):
    """Item of the demo data.

    Names and introductions are in English, Traditional and Simplified Chinese. `price_minor`: in the smallest unit of
    the currency, which is the yen itself for JPY.
    """

    names: tuple[str, str, str]
    introductions: tuple[str, str, str]
    price_minor: int
    currency: str
    stock: int
    max_per_user: int | None = None
    status: ItemStatus = ItemStatus.ON_SALE


DEMO_ITEMS = (
    DemoItem(
        ("Concert ticket", "音樂會門票", "音乐会门票"),
        (
            "One seat for the city orchestra in the concert hall, Saturday at half past seven in the evening.",
            "市立交響樂團於音樂廳演出的座位一席。星期六晚上七點半開演。",
            "市立交响乐团于音乐厅演出的座位一席。星期六晚上七点半开演。",
        ),
        248_000, "TWD", 100,
    ),
    DemoItem(
        ("Limited print", "限量版畫", "限量版画"),
        (
            "Woodcut of the old harbour on handmade paper, 40 by 60 cm, signed and numbered by the artist.",
            "舊港口木刻版畫。手工紙印製。四十乘六十公分。附畫家簽名與編號。",
            "旧港口木刻版画。手工纸印制。四十乘六十厘米。附画家签名与编号。",
        ),
        8_900, "EUR", 25, 2,
    ),
    DemoItem(
        ("Night market tour", "夜市導覽", "夜市导览"),
        (
            "Two hours with a guide and eight small dishes. Sales have not begun: the item is still a draft.",
            "導遊帶路兩小時。品嚐八道小吃。尚未開賣。本商品仍為草稿。",
            "导游带路两小时。品尝八道小吃。尚未开卖。本商品仍为草稿。",
        ),
        1_500, "EUR", 10, status=ItemStatus.DRAFT,
    ),
    DemoItem(
        ("High mountain tea, spring harvest", "高山春茶", "高山春茶"),
        (
            "150 g of oolong, picked by hand at 1,600 m and roasted lightly. Two tins for each customer.",
            "一百五十公克烏龍茶。一千六百公尺手工採摘。輕度烘焙。每人限購兩罐。",
            "一百五十克乌龙茶。一千六百米手工采摘。轻度烘焙。每人限购两罐。",
        ),
        120_000, "TWD", 60, 2,
    ),
    DemoItem(
        ("Running shoes, first edition", "首發限定跑鞋", "首发限定跑鞋"),
        (
            "Light shoes for the road in a colour that will not be made again. One pair for each customer.",
            "輕量路跑鞋。配色不再生產。每人限購一雙。",
            "轻量路跑鞋。配色不再生产。每人限购一双。",
        ),
        18_900, "USD", 200, 1,
    ),
    DemoItem(
        ("Mechanical keyboard", "機械式鍵盤", "机械键盘"),
        (
            "Compact layout, aluminium case, switches that can be changed without a soldering iron.",
            "緊湊配列。鋁合金外殼。免焊換軸。",
            "紧凑配列。铝合金外壳。免焊换轴。",
        ),
        13_900, "EUR", 80,
    ),
    DemoItem(
        ("Fountain pen with lacquer", "漆藝鋼筆", "漆艺钢笔"),
        (
            "Urushi lacquer in eleven layers, a gold nib of medium width, delivered in a box of cedar wood.",
            "十一層天然漆。中字金尖。附杉木盒。",
            "十一层天然漆。中字金尖。附杉木盒。",
        ),
        48_000, "JPY", 12, 1,
    ),
    DemoItem(
        ("Picture book about a whale", "鯨魚繪本", "鲸鱼绘本"),
        (
            "32 pages about a whale that is afraid of deep water, for children from four years on.",
            "三十二頁。怕深水的鯨魚的故事。適合四歲以上兒童。",
            "三十二页。怕深水的鲸鱼的故事。适合四岁以上儿童。",
        ),
        1_800, "EUR", 300,
    ),
    DemoItem(
        ("Ferry pass for a week", "一週渡輪通行證", "一周渡轮通行证"),
        (
            "All lines between the islands for seven days in a row, bicycle included.",
            "連續七天。各島航線任意搭乘。含自行車。",
            "连续七天。各岛航线任意搭乘。含自行车。",
        ),
        34_000, "HKD", 500, 4,
    ),
    DemoItem(
        ("Ceramic bowl, celadon", "青瓷碗", "青瓷碗"),
        (
            "Turned by hand, fired twice. Each bowl has its own pattern of fine cracks.",
            "手工拉坯。兩次燒製。每只開片紋路皆不同。",
            "手工拉坯。两次烧制。每只开片纹路皆不同。",
        ),
        36_800, "CNY", 40, 3,
    ),
    DemoItem(
        ("Telescope for beginners", "入門天文望遠鏡", "入门天文望远镜"),
        (
            "Shows the rings of Saturn and the moons of Jupiter from a balcony. With tripod and a map of the sky.",
            "在陽台就能看見土星環與木星衛星。附腳架與星圖。",
            "在阳台就能看见土星环与木星卫星。附脚架与星图。",
        ),
        22_500, "SGD", 35,
    ),
    DemoItem(
        ("Chocolate of the month", "每月巧克力", "每月巧克力"),
        (
            "Twelve pieces from a small workshop, another origin of cocoa each month. Nearly sold out.",
            "小型工坊手工製作。十二顆裝。每月不同可可產地。即將售完。",
            "小型工坊手工制作。十二颗装。每月不同可可产地。即将售完。",
        ),
        2_400, "EUR", 3, 1,
    ),
    DemoItem(
        ("Festival wristband 2025", "二〇二五音樂節手環", "二〇二五音乐节手环"),
        (
            "Three days, four stages. The festival is over, so the item is retired.",
            "三天。四個舞台。音樂節已結束。本商品已下架。",
            "三天。四个舞台。音乐节已结束。本商品已下架。",
        ),
        9_900, "EUR", 0, status=ItemStatus.RETIRED,
    ),
)  # fmt: skip
SECOND_ITEMS = (
    DemoItem(
        ("Vinyl record", "黑膠唱片", "黑胶唱片"),
        (
            "Live recording of a jazz trio, 180 g, cut at half speed.",
            "爵士三重奏現場錄音。一百八十公克。半速刻片。",
            "爵士三重奏现场录音。一百八十克。半速刻片。",
        ),
        2_900, "EUR", 50,
    ),
    DemoItem(
        ("Record player", "黑膠唱盤", "黑胶唱盘"),
        (
            "Belt drive and a walnut base; needs an amplifier.",
            "皮帶驅動。胡桃木底座。需另接擴大機。",
            "皮带驱动。胡桃木底座。需另接功放。",
        ),
        34_900, "EUR", 8, 1,
    ),
)  # fmt: skip
